"""History: chained and sealed, and every manipulation is found."""
