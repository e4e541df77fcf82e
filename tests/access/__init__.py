"""Access control: the written table of verdicts, replayed."""
