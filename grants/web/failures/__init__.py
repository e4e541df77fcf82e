"""Jobs that failed."""
