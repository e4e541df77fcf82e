"""The comparison of a form that is sent twice: all stored rows, and the response."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import sql
from werkzeug.test import TestResponse

from grants.db import Model
from tests.access.stage import Stage
from tests.access.table import Row, form

Answered = tuple[int, str | None, str | None, bytes]


def sent_twice(stage: Stage, row: Row) -> tuple[list[Answered], list[Mapping[str, str]]]:
    """Both responses to the first permitted actor, and the digests before, between and after."""
    actor = row.allowed[0]
    data, path = form(stage, row, actor), stage.filled(row.path)
    stage.call(actor, "GET", "/account")
    digests, answers = [stored(stage)], []
    for call in (stage.call, stage.call_again):
        answers.append(answered(call(actor, row.method, path, data)))
        digests.append(stored(stage))
    return answers, digests


def answered(response: TestResponse) -> Answered:
    """The parts of a response that a browser uses."""
    return response.status_code, response.location, response.content_type, response.get_data()


def stored(stage: Stage) -> Mapping[str, str]:
    """A digest of all rows of each table."""
    digest = sql.SQL("SELECT {}, md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t")
    tables = [digest.format(sql.Literal(name), sql.Identifier(name)) for name in Model.metadata.tables]
    found: dict[str, str] = dict(stage.connected.execute(sql.SQL(" UNION ALL ").join(tables)).fetchall())
    stage.connected.rollback()
    return found
