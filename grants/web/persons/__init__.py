"""Pages of people and their roles."""
