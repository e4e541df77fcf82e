"""Hashes and salts of the history have one form, so that none ends in the text beside it and none is endless."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Every release has written hashes of 64 and salts of 32 hexadecimal characters."""
    hash_ = "'^[0-9a-f]{64}$'"
    op.create_check_constraint(
        op.f("history_hashes_have_their_form"), "history", f"previous ~ {hash_} AND hash ~ {hash_}"
    )
    op.create_check_constraint(op.f("history_head_hash_has_its_form"), "history_head", f"hash ~ {hash_}")
    op.create_check_constraint(op.f("history_words_salt_has_its_form"), "history_words", "salt ~ '^[0-9a-f]{32}$'")
