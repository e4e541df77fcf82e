"""Pages of the members of an organisation."""
