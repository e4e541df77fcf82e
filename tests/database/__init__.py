"""Guards of the database: what it rejects whichever program asks."""
