"""Pages of roles: who holds what."""
