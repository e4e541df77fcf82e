"""Documents: every page is printed by the real engine and read back."""
