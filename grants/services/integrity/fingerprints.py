"""Fingerprints: the hashes of rows and of submitted proposals that events store and `grants verify` computes again.

The fingerprint of a row is `version:sha256` over its columns, as the manifest lists them for the version. The database
computes it, so that what is written and what is verified never differ in form. Times are hashed in UTC and amounts
without trailing zeros.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Numeric, bindparam, text

from grants.db import Model, db
from grants.models import Submission
from grants.services.integrity.manifest import HELD, SUBJECTS
from workflows.forms.completeness import Content, Goal, Line
from workflows.forms.contents import unpacked_answers

Names = Mapping[str, Collection[int]]
"""Keys of rows, by table."""


class Fingerprint(NamedTuple):
    """The fingerprint of a row in its newest version, None while it is not held; and the chain that it belongs to."""

    table: str
    id: int
    value: str | None
    subject: str
    subject_id: int | None


def of(rows: Names, settling: Names | None = None) -> list[Fingerprint]:
    """The fingerprints of the rows that exist, in one query. settling: rows whose dependent rows are wanted too."""
    parts: dict[str, Collection[int]] = {}
    queries = []
    for table, ids in sorted(rows.items()):
        parts[f"own_{table}"] = sorted(ids)
        queries.append(_select(table, f'"{table}"."{HELD[table].key}" = ANY(:own_{table})'))
    for owner, ids in sorted((settling or {}).items()):
        parts[f"of_{owner}"] = sorted(ids)
        queries += [_select(table, f'"{owner}".id = ANY(:of_{owner})') for table in _dependent(owner)]
    if not queries:
        return []
    wanted = text(" UNION ".join(queries)).bindparams(*(bindparam(name, type_=ARRAY(BigInteger)) for name in parts))
    return [Fingerprint._make(row) for row in db.session.execute(wanted, parts)]


def newest(table: str) -> str:
    """The fingerprint of a row in its newest version as SQL, for a statement on this table that returns its rows."""
    return _value(table, HELD[table].version)


def settled(table: str, ids: Collection[int]) -> Sequence[int]:
    """Those of the rows whose free columns are held now."""
    key, (_, _, joins) = f'"{table}"."{HELD[table].key}"', chain(table)
    query = text(
        f'SELECT {key} FROM public."{table}" {joins} WHERE {key} = ANY(:ids) AND ({HELD[table].settled}) IS NOT FALSE'  # noqa: S608 - names of the manifest
    ).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
    return db.session.scalars(query, {"ids": sorted(ids)}).all()


def every(table: str) -> Iterable[Any]:
    """Each row of a held table: key, fingerprint in the newest version, fingerprints in every version, oldest first."""
    held = HELD[table]
    versions = ", ".join(_value(table, version) for version in held.versions)
    key = f'"{table}"."{held.key}"'
    subject, subject_id, joins = chain(table)
    query = text(
        f"SELECT {key} AS id, ARRAY[{versions}] AS values, '{subject}' AS subject, {subject_id} AS subject_id"  # noqa: S608 - names of the manifest
        f' FROM public."{table}" {joins} ORDER BY {key}'
    )
    return db.session.execute(query.execution_options(yield_per=1_000))


def _select(table: str, condition: str) -> str:
    subject, subject_id, joins = chain(table)
    value = _value(table, HELD[table].version)
    return (
        f"SELECT '{table}', \"{table}\".\"{HELD[table].key}\"::bigint, {value}, '{subject}', {subject_id}::bigint"  # noqa: S608 - names of the manifest
        f' FROM public."{table}" {joins} WHERE {condition}'
    )


def _dependent(owner: str) -> tuple[str, ...]:
    """The tables that are settled by this one."""
    return tuple(name for name, held in HELD.items() if held.settling == owner != name)


def chain(table: str) -> tuple[str, str, str]:
    """The subject of the chain that rows of a table belong to, its id in SQL, and the joins that this needs."""
    joins, here = "", table
    while here not in SUBJECTS:
        owner = HELD[here].owner
        if owner is None:
            raise LookupError(f"{here} has neither a chain nor an owner")
        column = owner.column if owner.column.startswith("(") else f'"{here}"."{owner.column}"'
        if owner.table in SUBJECTS:
            return owner.table, column, joins
        key = HELD[owner.table].key
        joins += f' LEFT JOIN public."{owner.table}" ON "{owner.table}"."{key}" = {column}'
        here = owner.table
    return here, f'"{table}".id', joins


def _value(table: str, version: int) -> str:
    """The fingerprint in this version as SQL; null while the row is not held.

    A row with a value in a column that the version does not know, other than the default, has another fingerprint.
    """
    held = HELD[table]
    labels = held.labels(version)
    whole = _hashed(table, version, labels)
    if held.settled:
        fixed = {label: column for label, column in labels.items() if column not in held.unsettled}
        part = _hashed(table, version, fixed) if fixed else "NULL"
        whole = f"CASE WHEN ({held.settled}) IS FALSE THEN {part} ELSE {whole} END"
    same = [f'"{table}"."{name}" IS NOT DISTINCT FROM {value}' for name, value in held.defaults(version).items()]
    return f"CASE WHEN {' AND '.join(same)} THEN {whole} ELSE 'changed' END" if same else whole


def _hashed(table: str, version: int, labels: Mapping[str, str]) -> str:
    columns = Model.metadata.tables[table].c
    pairs = ", ".join(f"'{label}', {_plain_column(table, columns[name])}" for label, name in labels.items())
    whole = f"pg_catalog.convert_to(pg_catalog.jsonb_build_object({pairs})::text, 'UTF8'::name)"
    return f"'{version}:' || pg_catalog.encode(pg_catalog.sha256({whole}), 'hex')"


def _plain_column(table: str, column: Column[Any]) -> str:
    name = f'"{table}"."{column.name}"'
    if isinstance(column.type, DateTime):
        return f"pg_catalog.timezone('UTC', {name})"
    return f"pg_catalog.trim_scale({name})" if isinstance(column.type, Numeric) else name


def of_stored(row: Submission) -> str:
    """SHA-256 of what is stored of a submission, as `of_content` calculates it when it is sent."""
    content = Content(
        answers=unpacked_answers(row.written.content or {}),
        lines=[Line(line.what, line.category, line.quantity, line.unit_cost) for line in row.lines],
        goals=[Goal(one.name, one.unit, one.baseline, one.target, one.how) for one in row.indicators],
    )
    return of_content(content, [line.total for line in row.lines], salt=row.salt, answer=row.written.answer)


def of_content(content: Content, totals: Sequence[Decimal] = (), *, salt: str, answer: str = "") -> str:
    """SHA-256 of a proposal as canonical JSON: answers, budget lines, indicators, the answer to a question, the salt.

    totals: of the lines, if they are stored. Without a salt, the form of releases up to 0.1, without an answer.
    """
    totals = totals or [line.total for line in content.lines]
    lines = [
        [line.what, line.category, line.quantity, line.unit_cost, total]
        for line, total in zip(content.lines, totals, strict=True)
    ]
    goals = [[goal.name, goal.unit, goal.baseline, goal.target, goal.how] for goal in content.goals]
    proposal = {"answers": content.answers, "budget": lines, "indicators": goals}
    return canonical_hash({**proposal, "answer": answer, "salt": salt}) if salt else canonical_hash(proposal)


def canonical_hash(*parts: Any) -> str:
    """SHA-256 of values as canonical JSON. Raises TypeError for a value that has no form in it."""
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> str:
    """Dates, instants and amounts as text, equal whether the value comes from Python or from the database."""
    if isinstance(value, datetime):
        return str(value.timestamp())
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be hashed")
