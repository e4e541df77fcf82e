"""Jobs: each is done once, whichever process dies meanwhile."""
