"""Organisations that an administrator corrects and merges: a version, the entry that is kept, all entries of one."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

CHECKS = {
    "organisation_merge_is_complete": "(merged_into_id IS NULL) = (merged_at IS NULL)"
    " AND (merged_into_id IS NULL) = (merged_by_id IS NULL) AND (merged_into_id IS NULL) = (merged_reason = '')",
    "organisation_merges_with_another": "merged_into_id <> id",
}


def upgrade() -> None:
    """Every organisation begins with the first version, and is one of its own.

    The two generated columns let a foreign key require that a kept entry is not merged itself.
    """
    op.add_column("organisation", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("organisation", sa.Column("merged_into_id", sa.Integer()))
    op.add_column("organisation", sa.Column("merged_at", sa.DateTime(timezone=True)))
    op.add_column("organisation", sa.Column("merged_by_id", sa.Integer()))
    op.add_column("organisation", sa.Column("merged_reason", sa.Text(), server_default="", nullable=False))
    kept = sa.Computed("merged_into_id IS NULL", persisted=True)
    op.add_column("organisation", sa.Column("is_kept", sa.Boolean(), kept, nullable=False))
    into = sa.Computed("CASE WHEN merged_into_id IS NOT NULL THEN true END", persisted=True)
    op.add_column("organisation", sa.Column("merged_into_kept", sa.Boolean(), into))
    op.create_unique_constraint("organisation_kept_key", "organisation", ["id", "is_kept"])
    columns = ["merged_into_id", "merged_into_kept"], ["id", "is_kept"]
    op.create_foreign_key("organisation_merged_into_fkey", "organisation", "organisation", *columns)
    by = op.f("organisation_merged_by_id_fkey")
    op.create_foreign_key(by, "organisation", "person", ["merged_by_id"], ["id"])
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(name), "organisation", condition)
    op.create_index("organisation_one_idx", "organisation", [sa.text("coalesce(merged_into_id, id)")])
    op.execute("""
        CREATE FUNCTION one_organisation(entry integer) RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE
        BEGIN ATOMIC
            SELECT array_agg(other.id ORDER BY other.merged_into_id NULLS FIRST, other.id)
            FROM organisation own
            JOIN organisation other ON coalesce(other.merged_into_id, other.id) = coalesce(own.merged_into_id, own.id)
            WHERE own.id = entry;
        END
    """)
