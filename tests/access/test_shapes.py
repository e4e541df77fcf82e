"""One statement serves all principals of a shape, and selects for each what a statement of their own would select."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from inspect import unwrap
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql

from grants.access import shapes
from grants.access.principals import Principal
from grants.access.shapes import PLACEHOLDER, shape_of, values_of
from grants.access.visibility import visible
from grants.models import Application, Assignment, Award
from grants.queries.tasks import alerts, inbox
from tests.sweeps import swept
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

BUILDERS: dict[str, Callable[[Principal], Any]] = {
    "tasks": unwrap(inbox.listing),
    "count": unwrap(inbox.counting),
    "alerts": unwrap(alerts.soonest),
}
STAFF = (Role.OFFICER, Role.APPROVER, Role.FINANCE, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR)


def principals() -> Iterator[Principal]:
    """People with every role, limited or not, and with every set of ids filled or empty."""
    chance = random.Random(11)  # noqa: S311 - the same people in every run
    for number in range(36):
        held = [role for role in STAFF if chance.random() < 0.4] or [STAFF[number % len(STAFF)]]
        yield Principal(
            id=1_000 + number,
            calls={role: chance.choice([None, ids(chance), frozenset()]) for role in held},
            **sets(chance),
        )
    yield Principal(id=7, organisations=frozenset({3}))
    yield Principal()


def sets(chance: random.Random) -> dict[str, Any]:
    """Each set of ids, filled or empty."""
    return {name: ids(chance) if chance.random() < 0.5 else frozenset() for name in shapes.SETS}


def ids(chance: random.Random) -> frozenset[int]:
    """Between one and four ids."""
    return frozenset(chance.sample(range(1, 999), chance.randint(1, 4)))


def sql(statement: Select[Any] | None, **values: object) -> str:
    """The statement with its values in place, those of a list in their order."""
    if statement is None:
        return ""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    text = str(statement.params(**values).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return re.sub(r"\(([0-9, ]+)\)", lambda found: f"({sorted(map(int, found[1].split(', ')))})", text)


PARTS = 3
EACH = swept(
    (pytest.param(name, part, id=f"{name}, {part}") for name in BUILDERS for part in range(PARTS)),
    lambda name, _: name,
)
"""Each kind of statement for a third of the people; every third person is in the same part."""


@pytest.mark.parametrize(("builder", "part"), EACH)
def test_the_statement_of_a_shape_is_that_of_each_of_its_principals(builder: str, part: int) -> None:
    build = BUILDERS[builder]
    for principal in islice(principals(), part, None, PARTS):
        shared = sql(build(shape_of(principal)), **values_of(principal))

        assert shared == sql(build(principal)), principal
        assert str(PLACEHOLDER) not in shared


def test_people_with_equal_roles_share_a_statement() -> None:
    officers = [Principal(id=number, calls={Role.OFFICER: frozenset({number})}) for number in range(1, 200)]
    rival = Principal(id=300, calls={Role.OFFICER: frozenset({1})}, applied=frozenset({1}))

    assert len({shape_of(one) for one in officers}) == 1
    assert shape_of(rival) not in {shape_of(one) for one in officers}


def test_a_statement_that_has_lost_its_parameter_is_refused() -> None:
    shape = shape_of(Principal(id=5, conflicts=frozenset({3}), involved=frozenset({4})))
    every = select(Application.id)

    for lost in (
        every.where(Application.id.in_(frozenset().union(shape.conflicts))),
        every.where(Application.created_by == int(shape.id or 0)),
    ):
        assert "2147483647" in sql(lost)  # what would be run for everybody
        with pytest.raises(ValueError, match="lost a parameter"):
            shapes.whole(lost)
    kept = shapes.whole(every.where(Application.id.in_(shape.conflicts | shape.involved)))
    assert sql(kept, **values_of(Principal(conflicts=frozenset({3}), involved=frozenset({4})))).endswith("([3, 4])")


def test_what_depends_on_the_ids_cannot_be_asked_of_a_shape() -> None:
    shape = shape_of(Principal(id=5, calls={Role.OFFICER: frozenset({3})}))

    with pytest.raises(TypeError):
        shape.covers(Role.OFFICER, 3)
    assert shape.covers_everything(Role.OFFICER) is False


def test_a_side_from_which_nothing_is_visible_is_not_searched() -> None:
    reviewer = Principal(id=9, calls={Role.REVIEWER: None})

    assert sql(select(Assignment.id).where(visible(Assignment, reviewer, ()))).endswith(
        "WHERE assignment.person_id = 9"
    )
    assert sql(select(Award.id).where(visible(Award, Principal()))).endswith("WHERE false")
