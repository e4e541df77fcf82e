"""Commands that move money, and the ledger that records it."""
