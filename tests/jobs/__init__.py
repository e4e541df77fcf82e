"""Jobs: done once, whoever dies meanwhile."""
