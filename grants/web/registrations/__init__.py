"""Registration of an organisation by its first contact."""
