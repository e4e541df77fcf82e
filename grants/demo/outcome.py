"""The contents of the database after the story, to be compared with the printed documents."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from config import Settings
from grants.outside.servers.postgres import plain

AWARDS = """
    SELECT w.number, a.reference, a.title, o.name AS organisation, w.amount::text, w.currency,
           w.starts_on::text, w.ends_on::text, a.step
    FROM award w
    JOIN application a ON a.id = w.application_id
    JOIN organisation o ON o.id = a.organisation_id
    ORDER BY w.id"""
INSTALMENTS = """
    SELECT w.number AS award, i.number, i.amount::text, p.paid_at::date::text AS paid_on
    FROM instalment i
    JOIN award w ON w.id = i.award_id
    LEFT JOIN payment p ON p.instalment_id = i.id AND NOT p.undone
    ORDER BY i.id"""
DOCUMENTS = """
    SELECT d.number, d.kind, d.language, a.reference, f.sha256, f.pages, f.size
    FROM document d
    JOIN application a ON a.id = d.application_id
    LEFT JOIN document_file f ON f.document_id = d.id
    ORDER BY d.id"""
OUTCOMES = "SELECT reference, step FROM application WHERE reference IS NOT NULL ORDER BY id"


def facts(settings: Settings) -> dict[str, Any]:
    """References, amounts, dates and hashes from the database."""
    with psycopg.connect(plain(settings.read_database_url), row_factory=dict_row) as reader:
        return {
            "awards": reader.execute(AWARDS).fetchall(),
            "instalments": reader.execute(INSTALMENTS).fetchall(),
            "printed": reader.execute(DOCUMENTS).fetchall(),
            "outcomes": reader.execute(OUTCOMES).fetchall(),
        }
