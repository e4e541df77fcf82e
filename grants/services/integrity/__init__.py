"""History: events, the fingerprints of rows they hold, and which tables they hold."""
