"""Statements that are built once for every principal of the same shape.

Building the statement of an inbox takes longer than running it, and a built one takes a megabyte. What it looks like
depends on which roles a principal holds and on which of their sets of ids are empty, but not on the ids. `shape_of`
puts parameters in place of the ids, a statement is built for that and kept, and `values_of` gives the ids to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, wraps
from typing import Any, Self, TypeVar

from sqlalchemy import BindParameter, ClauseElement, Integer, bindparam
from sqlalchemy.sql.visitors import ExternallyTraversible

from grants.access.principals import Principal

Statement = TypeVar("Statement", bound=ClauseElement | None)
KEPT: list[Callable[[], None]] = []
"""How the statements of each kind are forgotten."""
PLACEHOLDER = -(2**31) + 1
"""Stands for the ids in a shape. No row has it."""
SHAPES = 32
"""The most statements of one kind that a process keeps."""
SETS = ("organisations", "conflicts", "involved", "applied", "reviewing")


class Id(int):
    """The id of the person, as a parameter of the statement."""

    def __new__(cls) -> Self:
        """The only value."""
        return super().__new__(cls, PLACEHOLDER)

    def __clause_element__(self) -> BindParameter[int]:
        return bindparam("reader", type_=Integer)


class Ids(frozenset[int]):
    """A set of ids that is not empty, as a parameter of the statement; a union is a parameter of its own."""

    name: str

    @classmethod
    def named(cls, name: str, ids: frozenset[int]) -> frozenset[int]:
        """The parameter of this name in place of these ids; the empty set if there are none."""
        if not ids:
            return frozenset()
        made = cls({PLACEHOLDER})
        made.name = name
        return made

    def __clause_element__(self) -> BindParameter[int]:
        return bindparam(self.name, expanding=True, type_=Integer)

    def __or__(self, other: Any) -> Any:
        """The union, whose ids `values_of` gives under both names."""
        return Ids.named(f"{self.name}_or_{other.name}", self) if isinstance(other, Ids) else self

    def __ror__(self, _: Any) -> Any:
        """The union with a set that is none of these: the empty one, in a shape."""
        return self

    def __contains__(self, _: object) -> bool:
        """Raise TypeError: whether an id is among them is not known before the statement is run."""
        raise TypeError(f"The ids of {self.name} are a parameter.")


def shape_of(principal: Principal) -> Principal:
    """The principal with parameters in place of ids; equal for all for whom the same statement is built."""
    calls = {
        role: None if covered is None else Ids.named(f"calls_of_{role.name.lower()}", covered)
        for role, covered in principal.calls.items()
    }
    sets: dict[str, Any] = {name: Ids.named(name, getattr(principal, name)) for name in SETS}
    return replace(principal, id=None if principal.id is None else Id(), calls=calls, rights={}, **sets)


def values_of(principal: Principal) -> dict[str, object]:
    """The values of the parameters that a statement built for the shape of this principal may have."""
    sets: dict[str, object] = {name: sorted(getattr(principal, name)) for name in SETS}
    calls = {f"calls_of_{role.name.lower()}": sorted(covered or ()) for role, covered in principal.calls.items()}
    either = sorted(principal.conflicts | principal.involved)
    return {"reader": principal.id, **sets, **calls, "conflicts_or_involved": either}


def kept(build: Callable[[Principal], Statement]) -> Callable[[Principal], Statement]:
    """Keep what is built for a shape, for the next principal of the same shape."""

    @lru_cache(maxsize=SHAPES)
    @wraps(build)
    def built(shape: Principal) -> Statement:
        return whole(build(shape))

    KEPT.append(built.cache_clear)
    return built


def forget() -> None:
    """Build all statements anew. Only tests need this, after they have changed how one is built."""
    for clear in KEPT:
        clear()


def whole(statement: Statement) -> Statement:
    """The statement. Raises ValueError if a placeholder is a value of it, because it would be run without the ids."""
    for part in () if statement is None else _parts(statement):
        if isinstance(part, BindParameter) and part.value is not None and _is_placeholder(part.value):
            raise ValueError("The statement has lost a parameter of its principal.")
    return statement


def _parts(statement: ExternallyTraversible) -> Iterator[ExternallyTraversible]:
    """Every part of the statement, once; `visitors.iterate` gives a part again for each place that refers to it."""
    found: dict[int, ExternallyTraversible] = {}
    left = [statement]
    while left:
        part = left.pop()
        if id(part) not in found:
            found[id(part)] = part
            yield part
            left.extend(part.get_children())


def _is_placeholder(value: object) -> bool:
    return PLACEHOLDER in value if type(value) in {list, tuple, set, frozenset} else value == PLACEHOLDER  # type: ignore[operator]
