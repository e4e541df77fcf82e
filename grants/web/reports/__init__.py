"""Pages of grantees’ reports."""
