"""Checkpoints: signed digests of the history, their verification, and the copies of them outside the database."""
