"""Rules and flows, tested without a database: cases in, messages out."""
