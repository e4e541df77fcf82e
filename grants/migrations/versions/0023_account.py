"""Accounts: the account of an address is found by the hash of the address with an index."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0020"


def upgrade() -> None:
    """An index needs a function that the database knows to be immutable."""
    op.execute("""
        CREATE FUNCTION address_hash(address text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            RETURN encode(sha256(convert_to(address, 'UTF8')), 'hex');
    """)
    op.create_index("person_address_hash_idx", "person", [sa.text("address_hash(email)")])
