"""Hashes and salts of the history have one form, so that none ends in the text beside it and none is endless."""

from grants.migrations import constraints

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Every release has written hashes of 64 and salts of 32 hexadecimal characters."""
    hash_ = "'^[0-9a-f]{64}$'"
    head = "subject || ' ' || subject_id"
    constraints.check("history", "hashes_have_their_form", f"previous ~ {hash_} AND hash ~ {hash_}")
    constraints.check("history_head", "hash_has_its_form", f"hash ~ {hash_}", key=head)
    constraints.check("history_words", "salt_has_its_form", "salt ~ '^[0-9a-f]{32}$'")
