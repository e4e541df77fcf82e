"""Small view models that the pages share; the macros in `templates/macros` draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from grants.forms.entered import Entry


@dataclass(frozen=True, slots=True)
class Link:
    """A link or a button: its text and its address. back: it leads to the page before this one."""

    title: str
    url: str
    back: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """One of several parts of a page or filters of a list; `count` is shown beside the title where it is set."""

    title: str
    url: str
    present: bool = False
    count: int | str | None = None


class Fact(NamedTuple):
    """A label with its value, one line of a list of facts."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason against an action, and where it can be resolved, if there is such a place.

    another: only another person can act.
    """

    text: str
    cure: Link | None = None
    another: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """A short remark in a row of a list. tone: late, soon or flag."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary: the sentence, and the address of the field it is about."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Check:
    """A condition or finding with its mark: tick, cross, diamond or ring. link: where to resolve it."""

    mark: str
    text: str
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A large number with its sentence."""

    figure: str
    text: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A person who has acted or must act, in order. state: done, applicant (this person is next) or empty.

    account: whose account was used, where the name was typed.
    """

    role: str
    name: str
    note: str
    state: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Why a request failed, and where to go next. reasons: all of them at once. links: the first becomes a button.

    typed: what was entered into the form that was refused. facts: of what it is about.
    """

    title: str
    text: str
    reasons: Sequence[Reason] = ()
    links: Sequence[Link] = ()
    typed: Sequence[Entry] = ()
    facts: Sequence[Fact] = ()
