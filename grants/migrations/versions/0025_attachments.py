"""Uploaded files, what their inspection found, and the documents of organisations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"

TABLES = ("attachment", "attachment_check", "attachment_preview", "organisation_document")
KINDS = "'pdf', 'picture', 'document', 'spreadsheet', 'presentation', 'text', 'archive'"
TYPES = (
    "'registration', 'statutes', 'tax_exemption', 'bank_letter', 'accounts', 'audit', 'annual_report', 'board',"
    " 'mandate', 'safeguarding', 'other'"
)
HASH = "sha256 ~ '^[0-9a-f]{64}$'"
NOW = sa.text("grants_now()")


def upgrade() -> None:
    """Four tables that only grow, and a kind of work for the outbox."""
    _attachment()
    _check()
    _preview()
    _organisation_document()
    _lasting()
    _outbox()


def _attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("organisation_id", sa.Integer(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("quarantine_key", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), sa.ForeignKey("attachment.id")),
        sa.Column("uploaded_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("attachment_kind_is_known")),
        sa.CheckConstraint(
            "name <> '' AND name !~ '[/\\\\]' AND octet_length(name) <= 255", name=op.f("attachment_name_is_no_path")
        ),
        sa.CheckConstraint("size > 0", name=op.f("attachment_is_not_empty")),
        sa.CheckConstraint(HASH, name=op.f("attachment_sha256_is_a_hash")),
        sa.CheckConstraint("quarantine_key ~ '^[0-9a-f]{32}$'", name=op.f("attachment_quarantine_key_has_its_form")),
        sa.CheckConstraint("replaces_id < id", name=op.f("attachment_replaces_an_earlier_one")),
        sa.UniqueConstraint("quarantine_key", name=op.f("attachment_quarantine_key_key")),
        sa.UniqueConstraint("replaces_id", name=op.f("attachment_replaces_id_key")),
    )
    op.create_index("attachment_owned_idx", "attachment", ["organisation_id", "id"])


def _check() -> None:
    op.create_table(
        "attachment_check",
        sa.Column("attachment_id", sa.Integer(), sa.ForeignKey("attachment.id"), primary_key=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", postgresql.JSONB()),
        sa.Column("name", sa.Text()),
        sa.Column("media_type", sa.Text()),
        sa.Column("sha256", sa.Text()),
        sa.Column("size", sa.BigInteger()),
        sa.Column("pages", sa.Integer()),
        sa.Column("notes", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("verdict IN ('accepted', 'refused')", name=op.f("attachment_check_verdict_is_known")),
        sa.CheckConstraint(
            "CASE verdict WHEN 'accepted' THEN reason IS NULL AND num_nonnulls(name, media_type, sha256, size) = 4"
            " ELSE reason IS NOT NULL AND num_nonnulls(name, media_type, sha256, size, pages) = 0 END",
            name=op.f("attachment_check_accepted_is_stored"),
        ),
        sa.CheckConstraint(HASH, name=op.f("attachment_check_sha256_is_a_hash")),
        sa.CheckConstraint("size > 0 AND pages > 0", name=op.f("attachment_check_is_not_empty")),
    )
    op.create_index(
        "attachment_check_stored_idx",
        "attachment_check",
        ["sha256"],
        postgresql_where=sa.text("sha256 IS NOT NULL"),
    )


def _preview() -> None:
    op.create_table(
        "attachment_preview",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("attachment_id", sa.Integer(), sa.ForeignKey("attachment.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("attachment_preview_is_counted_from_one")),
        sa.CheckConstraint(HASH, name=op.f("attachment_preview_sha256_is_a_hash")),
        sa.UniqueConstraint("attachment_id", "number", name=op.f("attachment_preview_attachment_id_number_key")),
    )


def _organisation_document() -> None:
    op.create_table(
        "organisation_document",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("organisation_id", sa.Integer(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("attachment_id", sa.Integer(), sa.ForeignKey("attachment.id"), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("added_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint(f"type IN ({TYPES})", name=op.f("organisation_document_type_is_known")),
        sa.CheckConstraint("(type = 'other') = (title <> '')", name=op.f("organisation_document_other_has_a_title")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("organisation_document_ends_after_it_begins")),
        sa.CheckConstraint("version > 0", name=op.f("organisation_document_is_counted_from_one")),
        sa.UniqueConstraint("attachment_id", name=op.f("organisation_document_attachment_id_key")),
    )
    op.create_index("organisation_document_owned_idx", "organisation_document", ["organisation_id", "id"])


def _lasting() -> None:
    """The application adds rows, and nobody changes or deletes one."""
    for table in TABLES:
        op.execute(f"""
            CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER {table}_never_empties BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            GRANT SELECT ON {table} TO grants_app, grants_read;
        """)
    op.execute("GRANT INSERT ON attachment_check TO grants_app")
    for table in ("attachment", "attachment_preview", "organisation_document"):
        _own_ids(table)
        op.execute(f"GRANT USAGE ON SEQUENCE {table}_id_seq TO grants_app")
        op.execute(f"GRANT SELECT ON SEQUENCE {table}_id_seq TO grants_read")


def _own_ids(table: str) -> None:
    """The application adds rows under keys that the sequence draws."""
    op.execute(f"""
        DO $$ BEGIN
            EXECUTE (SELECT format('GRANT INSERT (%s) ON {table} TO grants_app', string_agg(quote_ident(attname), ', '))
                FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped
                    AND attname <> 'id' AND attgenerated = '');
        END $$;
    """)


def _outbox() -> None:
    """The inspection of a file is work too, and is deleted after a time as a mail is."""
    op.drop_constraint(op.f("outbox_kind_is_known"), "outbox")
    op.create_check_constraint(op.f("outbox_kind_is_known"), "outbox", "kind IN ('document', 'inspection', 'mail')")
    op.drop_index("outbox_sent_idx", "outbox")
    op.create_index(
        "outbox_sent_idx",
        "outbox",
        ["done_at"],
        postgresql_where=sa.text("kind <> 'document' AND done_at IS NOT NULL"),
    )
    op.create_index(
        "outbox_unchecked_idx",
        "outbox",
        [sa.text("(args ->> 'attachment')")],
        postgresql_where=sa.text("done_at IS NULL"),
    )
