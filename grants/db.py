"""The database handle, the base class of all tables, money, and the unit of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Date, DateTime, MetaData, Numeric, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry

from config import Settings

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

Key = Annotated[int, mapped_column(primary_key=True)]
Amount = Annotated[Decimal, mapped_column(Numeric(18, 3))]
"""An amount of money; the currency stands in the column beside it or with the parent, never in the code."""
Quantity = Annotated[Decimal, mapped_column(Numeric(18, 4))]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Stamp = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=text("grants_now()"))]
"""An instant that the database sets as the row is written, by the one clock."""
Answers = Annotated[dict[str, Any], mapped_column(JSONB, server_default=text("'{}'::jsonb"))]


class Side(StrEnum):
    """From which side somebody may see a row at all."""

    APPLICANT = "applicant"
    OFFICE = "office"
    REVIEWER = "reviewer"
    FINANCE = "finance"


@dataclass(frozen=True, slots=True)
class Seen:
    """How rows of a table come into sight.

    `root` names a predicate of `grants.access`; `through` is the foreign key to a table that has one, and `sides`
    narrows from which side it is seen that way; `own` is a column that makes a row the person's own. Neither of
    them: `public`, or, where that is false too, a table of the system that no page shows row by row.
    """

    root: str | None = None
    through: str | None = None
    sides: frozenset[Side] = frozenset()
    own: str | None = None
    public: bool = False


def through(column: str, *sides: Side, own: str | None = None) -> Seen:
    """Seen like the row that `column` points to, from these sides only (all, when none is named)."""
    return Seen(through=column, sides=frozenset(sides or Side), own=own)


PUBLIC = Seen(public=True)
SYSTEM = Seen()


class Model(DeclarativeBase):
    """The base class of all tables. Every table says how it is seen."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={str: Text, datetime: DateTime(timezone=True), date: Date, Decimal: Numeric(18, 3)},
    )
    seen: ClassVar[Seen]


db = SQLAlchemy(model_class=Model, disable_autonaming=True, session_options={"expire_on_commit": False})


class Nested(RuntimeError):
    """A unit of work was opened inside another."""


class Broken(ValueError):
    """The database refused a row; `constraint` names the rule that it broke."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


@contextmanager
def saving() -> Iterator[Session]:
    """One unit of work: everything inside is kept together, or nothing is.

    Opened at the edge only and never nested. Raises Broken with the constraint's name where the database refuses.
    """
    session = db.session()
    if session.info.get("saving"):
        raise Nested("a unit of work is open already")
    session.info["saving"] = True
    try:
        yield session
        session.commit()
    except IntegrityError as error:
        session.rollback()
        raise Broken(getattr(getattr(error.orig, "diag", None), "constraint_name", None) or str(error.orig)) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("saving", None)


@contextmanager
def stating() -> Iterator[Connection]:
    """For one statement that stands by itself, beside any session: no BEGIN and no COMMIT to wait for."""
    with db.engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


def now() -> datetime:
    """The instant by the database's clock, the only one there is."""
    return db.session.execute(text("SELECT grants_now()")).scalar_one()


def today() -> date:
    """The day in UTC by the database's clock."""
    return now().date()


GRANTS_NOW = func.grants_now()


class Unsafe(RuntimeError):
    """The program was given more power over the database than it may have."""


def bound(settings: Settings, name: str, **paths: Any) -> Flask:
    """A Flask application bound to the database as the role grants_app; raises Unsafe for a mightier role."""
    app = Flask(name, **paths)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": 2,
        "max_overflow": 4,
        "connect_args": {"options": "-c timezone=UTC -c lock_timeout=15s -c statement_timeout=60s"},
    }
    app.extensions["settings"] = settings
    db.init_app(app)
    with app.app_context():
        _refuse_power()
    return app


def _refuse_power() -> None:
    """A superuser walks past triggers and an owner may switch them off, so neither serves pages nor jobs."""
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
