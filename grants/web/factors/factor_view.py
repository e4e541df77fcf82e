"""The page of a person's second factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from grants.forms.factors import PasskeyForm
from grants.models.factors import PASSKEY
from grants.queries import factors
from grants.services.factors import passkeys
from grants.services.factors.registry import LAST
from grants.web.site.authorization import principal
from grants.web.site.components import Reason
from grants.web.site.formats import translate


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A second factor. kind: as text. last: why it cannot be removed; empty if it can."""

    id: int
    label: str
    kind: str
    since: datetime
    used_at: datetime | None
    last: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class FactorsPage:
    """The reader's second factors.

    codes: how many recovery codes are left. required: the reader's role requires a factor. passkey: the form for a new
    passkey, if one can be made here.
    """

    rows: Sequence[FactorRow]
    codes: int
    required: bool
    passkey: PasskeyForm | None


def show(site: passkeys.Site | None, form: PasskeyForm | None = None) -> FactorsPage:
    """The page of the reader. site: for which passkeys are made. form: for a new passkey, as it was sent."""
    reader, found = principal(), factors.shown_to(principal())
    alone = bool(reader.calls) and len(found) == 1
    rows = [
        FactorRow(
            one.id,
            one.label,
            gettext("Passkey") if one.kind == PASSKEY else gettext("Authenticator app"),
            one.created_at,
            one.last_used_at,
            [Reason(translate(LAST))] if alone else [],
        )
        for one in found
    ]
    if form is None and site:
        form = PasskeyForm()
        form.process(None)
    return FactorsPage(rows, factors.codes_left(reader.id or 0), bool(reader.calls), form)
