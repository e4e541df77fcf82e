"""Accounts: the languages of mails and of reviews, a version, and an index to find the account of an address."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0023"
down_revision = "0020"


def upgrade() -> None:
    """Without a language of mails, a person gets them in that of the pages, as before."""
    op.add_column("person", sa.Column("mail_language", sa.Text()))
    op.add_column("person", sa.Column("reading_languages", ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("person", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.execute("""
        CREATE FUNCTION address_hash(address text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            RETURN encode(sha256(convert_to(address, 'UTF8')), 'hex');
    """)
    op.create_index("person_address_hash_idx", "person", [sa.text("address_hash(email)")])
