"""Pages on which a proposal is written and submitted."""
