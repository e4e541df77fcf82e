"""Questions to the database: always ordered, always bounded, always asked on behalf of someone."""
