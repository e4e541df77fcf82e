"""History: chained, sealed, and every tampering found."""
