"""How revision 0005 stored and hashed proposals, frozen; migration 0006 makes submissions and drafts of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click
from sqlalchemy import Connection, text

Row = dict[str, Any]
FACTS = ("title", "summary", "starts_on", "months")
WRITTEN_ON = ("draft", "question")
SENDING = ("submit", "alert", "answer")
MESSAGE = "Recorded again after an update of the system"
FIRST = "0" * 64
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """One sending of an application, from its receipt or its history. sha256: empty if it is not known."""

    at: datetime
    by: int | None
    stage: str
    sha256: str
    receipt: int | None


class Proposal:
    """An application with its proposal, as revision 0005 stored them."""

    def __init__(self, row: Row, lines: Sequence[Row], goals: Sequence[Row]) -> None:
        self.row, self.lines, self.goals = row, lines, goals

    @property
    def answers(self) -> Row:
        """The answers with the facts, which were columns."""
        return {**self.row["answers"], **{fact: self.row[fact] for fact in FACTS}}

    @property
    def sha256(self) -> str:
        """The hash that was calculated when it was sent."""
        budget = [[line[key] for key in ("what", "category", "quantity", "unit_cost", "total")] for line in self.lines]
        goals = [[goal[key] for key in ("name", "unit", "baseline", "target", "how")] for goal in self.goals]
        return _hash({"answers": self.answers, "budget": budget, "indicators": goals})

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the application in the events of revision 0005; None while it was written on."""
        if self.row["step"] in WRITTEN_ON:
            return None
        return _hash(self.sha256, _without(self.row, "step", "step_at", "version", "words", "saved_at"))

    @property
    def packed(self) -> Row:
        """The proposal as the content of a draft."""
        return {
            "answers": _dated(self.answers),
            "budget": [_texts(line, ("what", "category", "quantity", "unit_cost")) for line in self.lines],
            "indicators": [_texts(goal, ("name", "unit", "baseline", "target", "how")) for goal in self.goals],
        }


def rebuild(connection: Connection) -> None:
    """Give every application its draft and its submissions, and let what was decided refer to them.

    The last submission gets today's content, and is preserved if that has the hash which was calculated when it was
    sent. Where the applicant is writing again, a content with another hash is the draft's alone. Earlier submissions
    were overwritten.
    """
    connection.execute(text("ALTER TABLE document DISABLE TRIGGER document_only_grows"))
    for rows in _chunks(connection, "application", "Proposals"):
        for proposal in _proposals(connection, rows):
            _rebuild(connection, proposal)
    connection.execute(text("ALTER TABLE document ENABLE TRIGGER document_only_grows"))
    connection.execute(
        text("""
            UPDATE checked c SET submission_id = a.submission_id FROM application a WHERE a.id = c.application_id;
            UPDATE decision d SET submission_id = a.submission_id FROM application a WHERE a.id = d.application_id;
            UPDATE assignment g SET submission_id = coalesce(
                (SELECT max(s.id) FROM submission s WHERE s.application_id = g.application_id AND s.stage = g.stage),
                a.submission_id)
            FROM application a WHERE a.id = g.application_id;
        """)
    )


def _proposals(connection: Connection, rows: list[Row]) -> Iterator[Proposal]:
    """The applications with their budget lines and indicators."""
    parts: dict[str, dict[int, list[Row]]] = {}
    for table in ("budget_line", "indicator"):
        wanted = f"SELECT * FROM {table} WHERE application_id = ANY(:ids) ORDER BY application_id, position"  # noqa: S608 - two names
        parts[table] = {row["id"]: [] for row in rows}
        for part in _all(connection, wanted, ids=[row["id"] for row in rows]):
            parts[table][part["application_id"]].append(part)
    for row in rows:
        yield Proposal(row, parts["budget_line"][row["id"]], parts["indicator"][row["id"]])


def _rebuild(connection: Connection, proposal: Proposal) -> None:
    row, sent = proposal.row, _sendings(connection, proposal.row)
    writes = row["step"] in WRITTEN_ON or not sent
    _insert(
        connection,
        "draft",
        application_id=row["id"],
        content=json.dumps(proposal.packed if writes else {}),
        version=row["version"],
        saved_at=row["saved_at"],
    )
    for number, one in enumerate(sent, 1):
        last, same = number == len(sent), one.sha256 == proposal.sha256
        id = _insert(
            connection,
            "submission",
            application_id=row["id"],
            number=number,
            stage=one.stage,
            sha256=one.sha256,
            sent_at=one.at,
            sent_by=one.by,
            preserved=last and same,
        )
        _content(connection, id, proposal if last and (same or not writes) else None)
        if one.receipt:
            _update(connection, "document", one.receipt, submission_id=id)
        if last:
            _update(connection, "application", row["id"], submission_id=id)
    if not sent:
        _update(connection, "application", row["id"], title="", summary="", starts_on=None, months=None, asked=0)


def _content(connection: Connection, submission: int, proposal: Proposal | None) -> None:
    """Store the content of a submission, or that there is none."""
    content = json.dumps(_dated(proposal.answers)) if proposal else None
    _insert(connection, "submission_content", "submission_id", submission_id=submission, content=content)
    for table, rows in (("line", proposal.lines), ("indicator", proposal.goals)) if proposal else ():
        for number, part in enumerate(rows):
            columns = _without(part, "id", "application_id", "agreed") | {"position": number}
            _insert(connection, f"submission_{table}", submission_id=submission, **columns)


def _sendings(connection: Connection, row: Row) -> list[Sent]:
    """Every sending of the application, oldest first; none for one that was never sent."""
    if row["submitted_sha256"] is None:
        return []
    events = _all(
        connection,
        "SELECT at, person_id, key FROM history WHERE about = 'application' AND about_id = :id AND key = ANY(:keys)"
        " ORDER BY number",
        id=row["id"],
        keys=list(SENDING),
    ) or [{"at": row["submitted_at"], "person_id": row["created_by"], "key": "submit"}]
    receipts = _all(
        connection,
        "SELECT d.id, s.data FROM document d LEFT JOIN document_snapshot s ON s.document_id = d.id"
        " WHERE d.application_id = :id AND d.kind = 'receipt' ORDER BY d.id",
        id=row["id"],
    )
    paired: list[Row | None] = [*receipts] if len(receipts) == len(events) else [None] * len(events)
    stages = [
        stage["key"]
        for stage in _all(connection, "SELECT rules FROM call WHERE id = :id", id=row["call_id"])[0]["rules"]["stages"]
    ]
    found = [_sent(event, receipt, row, stages) for event, receipt in zip(events, paired, strict=True)]
    last = found[-1]
    at = last.at if events[-1]["key"] == "answer" else row["submitted_at"]
    return [*found[:-1], Sent(at, last.by, last.stage, row["submitted_sha256"], last.receipt)]


def _sent(event: Row, receipt: Row | None, row: Row, stages: list[str]) -> Sent:
    data = (receipt or {}).get("data") or {}
    invited = row["step"] == "draft" and row["stage"] in stages[1:]
    known = stages[stages.index(row["stage"]) - 1] if invited else row["stage"]
    at = datetime.fromisoformat(data["submitted_at"]) if "submitted_at" in data else event["at"]
    stage = "alert" if event["key"] == "alert" else data.get("stage") or known
    return Sent(at, event["person_id"], stage, data.get("submitted_sha256", ""), (receipt or {}).get("id"))


def restate(connection: Connection, fitting: AbstractSet[tuple[str, int]]) -> None:
    """Record each application and assignment that fitted its history again, with the fingerprint of revision 0006.

    One that differed from its history keeps its old event, so that `grants verify` reports it.
    """
    for row in _each(connection, "application", "Their histories"):
        sent = _all(connection, "SELECT * FROM submission WHERE application_id = :id ORDER BY number", id=row["id"])
        facts = _hash(
            _without(row, "step", "step_at", "version", "words"), [_submission(connection, one) for one in sent]
        )
        for one in sent:
            values = {"submission": one["number"], "sha256": one["sha256"]}
            _record(connection, row["id"], "application", row["id"], values=values)
        if ("application", row["id"]) in fitting:
            _record(connection, row["id"], "application", row["id"], facts=facts)
    for row in _each(connection, "assignment", "The histories of reviews"):
        if ("assignment", row["id"]) in fitting:
            facts = _hash(_without(row, "version"), _review(connection, row))
            _record(connection, row["application_id"], "assignment", row["id"], facts=facts)


def fitting(connection: Connection) -> set[tuple[str, int]]:
    """The applications and assignments that fit their history, before their columns change: table and id."""
    found: set[tuple[str, int]] = set()
    for rows in _chunks(connection, "application", "Applications compared with their histories"):
        stored = _facts(connection, "application", rows)
        known = [row for row in rows if row["id"] in stored]
        found |= {
            ("application", one.row["id"])
            for one in _proposals(connection, known)
            if stored[one.row["id"]] in (None, one.fingerprint)
        }
    for rows in _chunks(connection, "assignment", "Reviews compared with their histories"):
        stored = _facts(connection, "assignment", rows)
        for row in (row for row in rows if row["id"] in stored):
            if stored[row["id"]] in (None, _hash(_without(row, "version"), _review(connection, row))):
                found.add(("assignment", row["id"]))
    return found


def _facts(connection: Connection, about: str, rows: list[Row]) -> dict[int, str | None]:
    """The fingerprint of each row in the newest event that has one; None there if the row was written on."""
    stored = _all(
        connection,
        "SELECT DISTINCT ON (about_id) about_id, said ->> 'facts' AS facts FROM history"
        " WHERE about = :about AND about_id = ANY(:ids) AND said ? 'facts' ORDER BY about_id, history.id DESC",
        about=about,
        ids=[row["id"] for row in rows],
    )
    return {row["about_id"]: row["facts"] for row in stored}


def _review(connection: Connection, assignment: Row) -> list[Any] | None:
    if assignment["state"] != "sent":
        return None
    reviews = _all(connection, "SELECT * FROM review WHERE assignment_id = :id", id=assignment["id"])
    if not reviews:
        return []
    scores = _all(connection, "SELECT * FROM score WHERE review_id = :id", id=reviews[0]["id"])
    return [
        _without(reviews[0], "saved_at"),
        sorted((score["criterion"], score["points"], score["comment"]) for score in scores),
    ]


def _submission(connection: Connection, row: Row) -> list[Any]:
    """A submission in the fingerprint of its application, as revision 0006 calculates it."""
    return [row] if row["preserved"] else [row, _stored(connection, row["id"])]


def _stored(connection: Connection, submission: int) -> str:
    """The hash of what is stored of a submission without a salt."""
    content = _all(connection, "SELECT content FROM submission_content WHERE submission_id = :id", id=submission)
    lines, goals = (
        _all(connection, f"SELECT * FROM submission_{table} WHERE submission_id = :id ORDER BY position", id=submission)  # noqa: S608 - two names
        for table in ("line", "indicator")
    )
    facts = {"title": "", "summary": "", "starts_on": None, "months": None}
    row = {"answers": content[0]["content"] or {}, **facts, **(content[0]["content"] or {})}
    return Proposal(row, lines, goals).sha256


def _record(
    connection: Connection, application: int, about: str, id: int, *, facts: str = "", values: Row | None = None
) -> None:
    """Add an event of the clock to the chain of the application."""
    head = _all(
        connection,
        "SELECT number, hash FROM history_head WHERE subject = 'application' AND subject_id = :id",
        id=application,
    )
    number, previous = (head[0]["number"], head[0]["hash"]) if head else (0, FIRST)
    event = {
        "subject": "application",
        "subject_id": application,
        "number": number + 1,
        "at": _all(connection, "SELECT grants_now() AS now")[0]["now"],
        "role": "clock",
        "via": "migration",
        "key": "restate",
        "about": about,
        "about_id": id,
        "said": {"text": MESSAGE, "values": values or {}, "words": {}} | ({"facts": facts} if facts else {}),
        "audience": "office",
    }
    hashed = event | {"at": event["at"].timestamp(), "person": None, "on_behalf_of": None, "from": None, "to": None}
    canonical = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    hash = hashlib.sha256(f"{previous}{canonical}".encode()).hexdigest()
    _insert(connection, "history", **(event | {"said": json.dumps(event["said"]), "previous": previous, "hash": hash}))
    connection.execute(
        text(
            "INSERT INTO history_head (subject, subject_id, number, hash) VALUES ('application', :id, :number, :hash)"
            " ON CONFLICT (subject, subject_id) DO UPDATE SET number = excluded.number, hash = excluded.hash"
        ),
        {"id": application, "number": number + 1, "hash": hash},
    )


def _chunks(connection: Connection, table: str, what: str) -> Iterator[list[Row]]:
    """The rows of a table by id, five hundred at a time, because a large one does not fit in memory. what: is done."""
    total, done, last = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one(), 0, 0  # noqa: S608 - two names
    wanted = f"SELECT * FROM {table} WHERE id > :last ORDER BY id LIMIT {CHUNK}"  # noqa: S608 - the same
    while rows := _all(connection, wanted, last=last):
        yield rows
        done, last = done + len(rows), rows[-1]["id"]
        if total > CHUNK:
            click.echo(f"{what}: {done:,} of {total:,}.")


def _each(connection: Connection, table: str, what: str) -> Iterator[Row]:
    for rows in _chunks(connection, table, what):
        yield from rows


def _all(connection: Connection, statement: str, **values: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(text(statement), values).mappings()]


def _insert(connection: Connection, table: str, returned: str = "id", **values: Any) -> int:
    """Insert a row and return its key. Names of tables and columns are those of this module."""
    key = "application_id" if table == "draft" else returned
    names, places = ", ".join(f'"{name}"' for name in values), ", ".join(f":{name}" for name in values)
    statement = f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING {key}"  # noqa: S608
    return int(connection.execute(text(statement), values).scalar_one())


def _update(connection: Connection, table: str, id: int, **values: Any) -> None:
    places = ", ".join(f"{name} = :{name}" for name in values)
    connection.execute(text(f"UPDATE {table} SET {places} WHERE id = :id"), {"id": id, **values})  # noqa: S608


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _dated(answers: Row) -> Row:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in answers.items()}


def _texts(row: Row, keys: Iterable[str]) -> Row:
    return {key: _plain(row[key]) if isinstance(row[key], Decimal) else row[key] for key in keys}


def _hash(*parts: Any) -> str:
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return str(value.timestamp())
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be hashed")
