"""What `make test` leaves to `make sweep`, so that it takes minutes; `.ci/run` runs both.

Of long series of cases of one rule, `make test` runs the first case of each kind: the cases of a kind run through the
same mechanism. A test that walks everything at once, such as all texts or all forms, is marked as a whole, and so is a
file whose tests each play a history of their own and take more than half a second on average: `pytestmark` names it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

import pytest


def swept(cases: Iterable[pytest.ParameterSet], kind: Callable[..., Hashable]) -> list[pytest.ParameterSet]:
    """The cases in their order; those that are not the first of their kind are marked for `make sweep`.

    kind: called with the values of a case.
    """
    known, found = set[Hashable](), []
    for case in cases:
        which = kind(*case.values)
        marks = (*case.marks, pytest.mark.sweep) if which in known else case.marks
        found.append(pytest.param(*case.values, id=case.id, marks=marks))
        known.add(which)
    return found
