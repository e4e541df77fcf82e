"""Money: the ledger and what happens when two people act at once."""
