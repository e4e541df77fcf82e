"""Access control: every row of a table of expected results is tested against the application."""
