"""Database queries: every result is ordered, limited in size and restricted to what the principal may see."""
