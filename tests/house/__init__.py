"""The house itself: sizes, names, floors, and what is done in one place only."""
