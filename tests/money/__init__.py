"""Money: the ledger, and two people acting at the same time."""
