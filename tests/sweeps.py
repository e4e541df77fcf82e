"""Long series of cases of one rule: `make test` runs the first case of each kind, `make sweep` all the others.

The cases of a kind are refused by the same lines of code. Where every case has lines of its own, all of them belong to
`make test`, as in `test_who_succeeds` of the access table.
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
