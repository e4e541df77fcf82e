"""The number of a person's tasks beside “Your tasks”, on every page: counted at most once a minute by each process.

Counting reads a part of every list of tasks, which takes a quarter of the time of a page. The figure is counted again
as soon as the person has submitted a form, in whichever process, or holds other roles or conflicts of interest; a page
that lists the tasks shows their number.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from http import HTTPStatus
from math import ceil
from threading import Lock

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from grants.access.principals import Principal
from grants.db import now
from grants.queries.tasks import inbox
from grants.web.site.authorization import READING, principal
from grants.web.site.autosave import automatic
from grants.web.site.headers import answered_at

COOKIE = "grants_submitted"
"""When this browser last submitted a form, in seconds since 1970 by the clock of the database, rounded up."""
MOST = 10_000
"""People whose figures a process keeps."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The number of tasks of a principal.

    at: when it was counted, in seconds since 1970 by the clock of the database.
    """

    principal: Principal
    count: int
    at: float


@dataclass(slots=True)
class Figures:
    """The figures that a process has counted, by person; the one that was used least recently goes first."""

    kept: OrderedDict[int, Figure] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def fresh(self, asked: Principal, since: float) -> int | None:
        """The figure of this principal that was counted since then; None without one."""
        with self.lock:
            found = self.kept.get(asked.id or 0)
            if found is None or found.at < since or found.principal != asked:
                return None
            self.kept.move_to_end(asked.id or 0)
            return found.count

    def keep(self, figure: Figure) -> None:
        """Keep a figure that has just been counted."""
        with self.lock:
            self.kept[figure.principal.id or 0] = figure
            self.kept.move_to_end(figure.principal.id or 0)
            while len(self.kept) > MOST:
                self.kept.popitem(last=False)


def init_app(app: Flask) -> None:
    """Keep figures in this application, and note in the browser when it submits a form."""
    app.extensions["task_figures"] = Figures()
    app.after_request(_note_submitted)


def count() -> int:
    """The number of the reader's tasks, at most a hundred."""
    asked, at = principal(), now().timestamp()
    figures: Figures = current_app.extensions["task_figures"]
    kept_for = current_app.extensions["settings"].task_count_seconds
    found = figures.fresh(asked, max(at - kept_for, submitted_at())) if kept_for else None
    if found is None:
        found = inbox.count(asked)
        figures.keep(Figure(asked, found, at))
    return found


def submitted_at() -> float:
    """When this browser last submitted a form; 0 if it has not, or sends something else than such a number."""
    sent = request.cookies.get(COOKIE, "")
    return float(sent) if re.fullmatch("[0-9]{1,12}", sent) else 0.0


def _note_submitted(response: Response) -> Response:
    if request.method not in READING and not automatic() and response.status_code < HTTPStatus.BAD_REQUEST:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(COOKIE, str(ceil(answered_at().timestamp())), httponly=True, samesite="Lax", secure=secure)
    return response
