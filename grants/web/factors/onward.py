"""Where a step of signing in leads: a page that was wanted, or a form that was sent without the step."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from grants.web.site.actions import title_of
from grants.web.site.sending import CARRIED, Sending, local, unpacked


@dataclass(frozen=True, slots=True)
class Onward:
    """What follows. next: the path to go to, or empty. carried: a form that is submitted afterwards."""

    next: str = ""
    carried: Sending | None = None

    @property
    def action(self) -> str:
        """What the carried form does; empty without one, or where its address does not tell."""
        return title_of(self.carried) if self.carried else ""


def sent() -> Onward:
    """What follows, as the form of this request says."""
    return Onward(local(request.form.get("next", "")), unpacked(request.form.get(CARRIED, "")))


def asked() -> Onward:
    """What follows, as the address of this page says."""
    return Onward(local(request.args.get("next", "")))
