"""The database handle, the base class of all models, column types, transactions and the database clock."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import wraps
from time import monotonic
from typing import Annotated, Any, ClassVar, NamedTuple, ParamSpec, TypeVar

import psycopg
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg.pq.abc import PGconn
from sqlalchemy import Connection, Date, DateTime, MetaData, Numeric, Text, event, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry
from sqlalchemy.pool import Pool

from config import Settings
from workflows.engine.roles import Role

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

Key = Annotated[int, mapped_column(primary_key=True)]
Amount = Annotated[Decimal, mapped_column(Numeric(18, 3))]
"""An amount of money. Its currency is a column of the same or of the parent row, never a constant in the code."""
Quantity = Annotated[Decimal, mapped_column(Numeric(18, 4))]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Stamp = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=text("grants_now()"))]
"""An instant that the database sets when the row is inserted, by `grants_now()`."""
Answers = Annotated[dict[str, Any], mapped_column(JSONB, server_default=text("'{}'::jsonb"))]


class Side(StrEnum):
    """The sides from which a row can be visible."""

    APPLICANT = "applicant"
    OFFICE = "office"
    REVIEWER = "reviewer"
    FINANCE = "finance"


@dataclass(frozen=True, slots=True)
class Visibility:
    """How the rows of a table become visible.

    root: name of a filter in `grants.access`. through: foreign key to a table whose visible rows make these visible.
    sides: the sides from which `through` applies. own: column with the id of the person to whom the row is also
    visible. role: the row is visible to them only while they hold this role for its application. public: visible to
    all. Without any of these, the table is internal and no page shows its rows individually.
    """

    root: str | None = None
    through: str | None = None
    sides: frozenset[Side] = frozenset()
    own: str | None = None
    role: Role | None = None
    public: bool = False


def visible_through(column: str, *sides: Side, own: str | None = None, role: Role | None = None) -> Visibility:
    """Visible like the row that `column` refers to, from these sides only (all sides when none is given)."""
    return Visibility(through=column, sides=frozenset(sides or Side), own=own, role=role)


PUBLIC = Visibility(public=True)
SYSTEM = Visibility()


class Model(DeclarativeBase):
    """The base class of all models. Every model declares its visibility."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={str: Text, datetime: DateTime(timezone=True), date: Date, Decimal: Numeric(18, 3)},
    )
    visibility: ClassVar[Visibility]


db = SQLAlchemy(model_class=Model, disable_autonaming=True, session_options={"expire_on_commit": False})


class NestedTransaction(RuntimeError):
    """A transaction was opened inside another."""


class ConstraintViolated(ValueError):
    """The database rejected a row; `constraint` is the name of the violated constraint, else the error text."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


@dataclass
class RequestTransaction:
    """The one transaction of a request. changed: whether a block of `transaction()` inside it was completed."""

    changed: bool = False


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction: commits at the end, rolls back on any exception.

    Inside `request_transaction()` it is a part of that transaction: all or nothing in itself, with the deferred
    constraints checked at its end, and committed with the other parts. Opened by views, jobs and commands, not by
    services. Raises NestedTransaction inside another block, and ConstraintViolated when a constraint of the database
    is violated.
    """
    session = db.session()
    if session.info.get("saving"):
        raise NestedTransaction("a transaction is already open")
    session.info["saving"] = True
    session.info.pop("page", None)
    whole: RequestTransaction | None = session.info.get("request")
    try:
        with _named_constraints(), _whole(session) if whole is None else _part(session, whole):
            yield session
    finally:
        session.info.pop("saving", None)


@contextmanager
def request_transaction() -> Iterator[RequestTransaction]:
    """The one transaction of a request, whose parts are the blocks of `transaction()` inside it.

    Commits at the end if a part was completed; else, and on any exception, rolls everything back.
    """
    session = db.session()
    if session.info.get("saving") or "request" in session.info:
        raise NestedTransaction("a transaction is already open")
    session.info.pop("page", None)
    whole = session.info["request"] = RequestTransaction()
    try:
        with _named_constraints(), _whole(session):
            yield whole
            if not whole.changed:
                session.rollback()
    finally:
        session.info.pop("request", None)


@contextmanager
def _whole(session: Session) -> Iterator[None]:
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def _part(session: Session, whole: RequestTransaction) -> Iterator[None]:
    """A savepoint; constraints that are checked at the end of a transaction are checked at the end of the block."""
    with session.begin_nested():
        if whole.changed:
            session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        yield
        session.flush()
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    whole.changed = True


@contextmanager
def _named_constraints() -> Iterator[None]:
    """Raise ConstraintViolated in place of the database driver's error."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        raise ConstraintViolated(name or str(error.orig)) from error


@contextmanager
def autocommit() -> Iterator[Connection]:
    """A connection in autocommit mode, separate from the session: for one statement, without BEGIN and COMMIT."""
    with db.engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


class _Reading(NamedTuple):
    """An instant of the database clock. at: when it was read, by the clock of this machine, in seconds."""

    transaction: object
    instant: datetime
    at: float


def now() -> datetime:
    """The current instant by the database clock, which tests and the demonstration can set ahead; with time zone.

    The database is asked once per transaction; after that the time elapsed since is added.
    """
    session = db.session()
    read: _Reading | None = session.info.get("clock")
    if read is None or read.transaction is not session.get_transaction():
        read = note_instant(session.execute(text("SELECT grants_now()")).scalar_one())
    return read.instant + timedelta(seconds=monotonic() - read.at)


def unmoved_instant() -> datetime:
    """The current instant by the database server, which no demonstration sets ahead: to compare with times of files."""
    found: datetime = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found


def note_instant(instant: datetime) -> _Reading:
    """Keep what a statement of this transaction has just read from the database clock, for `now`."""
    session = db.session()
    read = session.info["clock"] = _Reading(session.get_transaction(), instant, monotonic())
    return read


def today() -> date:
    """The current day in UTC by the database clock."""
    return now().date()


def begin_page() -> None:
    """This request only reads: from here on, `cached_for_page` answers a repeated query from the first answer."""
    db.session().info["page"] = {}


Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


def cached_for_page(query: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """A query whose answer several parts of a page need: a page asks it once, and changes no answer.

    Commands and jobs always ask again, because what they read may have changed; so does a page after it has written.
    The arguments are hashable.
    """

    @wraps(query)
    def answered(*args: Parameters.args, **values: Parameters.kwargs) -> Answer:
        known: dict[Any, Any] | None = db.session().info.get("page")
        if known is None:
            return query(*args, **values)
        asked = (query, args, tuple(values.items()))
        if asked not in known:
            known[asked] = query(*args, **values)
        answer: Answer = known[asked]
        return answer

    return answered


GRANTS_NOW = func.grants_now()


READING = {"search_path": "pg_catalog,public,pg_temp", "row_security": "off"}
"""No object of another schema hides one of ours, and where a policy would hide rows, the statement fails."""
SESSION = {
    **READING,
    "timezone": "UTC",
    "lock_timeout": "15s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "10min",
    "random_page_cost": "1.1",
}
"""Settings of every connection. No transaction may last as long as a checkpoint waits for its events.

On the disks of today, reading rows by an index costs about as much as reading on; PostgreSQL assumes four times as much
and reads whole tables.
"""


POOL, CONNECTIONS = 4, 12
"""How many connections a process keeps, and how many it opens at most."""
POOL_SECONDS = 5
"""How long a request waits for a connection before it is told that the system is busy."""
CONNECT_SECONDS = 10
"""How long the server may take to accept a connection."""


class Unsafe(RuntimeError):
    """The database role has more rights than the program may have."""


def bind_app(settings: Settings, name: str, **paths: Any) -> Flask:
    """A Flask application bound to the database of the settings.

    paths: arguments of Flask. Raises Unsafe when the database role is a superuser or a member of the role that owns
    the tables.
    """
    app = Flask(name, **paths)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": POOL,
        "max_overflow": CONNECTIONS - POOL,
        "pool_timeout": POOL_SECONDS,
        "connect_args": {
            "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
            "connect_timeout": CONNECT_SECONDS,
        },
    }
    app.extensions["settings"] = settings
    db.init_app(app)
    with app.app_context():
        _refuse_power()
    return app


@event.listens_for(Pool, "checkout")
def _replace_ended(connection: Any, *_: object) -> None:
    """Replace all connections of a pool once one was ended by the server, as by a restart, so that no request fails.

    An idle connection has something to read when it has ended, and seldom otherwise. Asking the server would cost each
    request, and each letter twice, a tenth of a millisecond.
    """
    if _has_ended(connection.pgconn):
        raise InvalidatePoolError("The server has ended the connection.")


def _has_ended(connection: PGconn) -> bool:
    """Whether an idle connection can be read to its end; a notice, or what TLS sends, is read and passed over."""
    for _again in range(3):
        if not select.select([connection.socket], [], [], 0)[0]:
            return False
        try:
            connection.consume_input()
        except psycopg.OperationalError:
            return True
    return True


def _refuse_power() -> None:
    """Raise Unsafe for a superuser, whom triggers do not stop, and for the owner, who can disable them."""
    try:
        mighty = db.session.execute(
            text(
                "SELECT rolsuper OR EXISTS ("
                "  SELECT FROM pg_class WHERE relname = 'history' AND pg_has_role(relowner, 'MEMBER')"
                ") FROM pg_roles WHERE rolname = current_user"
            )
        ).scalar_one()
    finally:
        db.session.remove()
        db.engine.dispose()
    if mighty:
        raise Unsafe(
            "The database role is a superuser or owns the tables. Set GRANTS_DATABASE_URL to the role grants_app."
        )
