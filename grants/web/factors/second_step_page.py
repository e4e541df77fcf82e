"""The page that asks for the second factor: after the first step of signing in, or before what requires a fresh one."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, redirect, url_for
from werkzeug.wrappers import Response

from grants.forms.factors import CodeForm, RecoveryForm
from grants.models.factors import PASSKEY, TOTP
from grants.queries import factors
from grants.services.factors import passkeys, trusted_devices
from grants.web.factors import enrolment_page
from grants.web.factors.onward import Onward
from grants.web.sessions.sign_in_page import signed_out
from grants.web.site.authorization import session
from grants.web.site.navigation import page
from grants.web.site.sending import received

CODE, RECOVERY = "code", "recovery"
"""The ways of the form: a code of an app, and a recovery code."""


@dataclass(frozen=True, slots=True)
class SecondStepPage:
    """The form for a code.

    name: of the person. way: CODE or RECOVERY. onward: what follows. signed_in: a fresh factor is asked of somebody who
    is signed in. app: whether the person has an authenticator app. passkey: whether they can use a passkey here.
    trusts: whether the device may be trusted. minutes: how long a factor counts as fresh.
    """

    name: str
    form: CodeForm | RecoveryForm
    way: str
    onward: Onward
    signed_in: bool
    app: bool
    passkey: bool
    trusts: bool
    minutes: int


def first_answer(onward: Onward) -> Response | str:
    """Where a session goes that has passed the first step: to its second step, with a form that it carries."""
    if onward.carried is None:
        return redirect(url_for("second_step.show", next=onward.next or None))
    return asked(onward)


def interrupted() -> str:
    """The page for a form that was sent without the factor that it requires; it keeps what was entered.

    Somebody without a factor who has not just signed in does that again.
    """
    found = session()
    if found and found.complete and not found.has_factor:
        return signed_out()
    return asked(Onward(carried=received()))


def asked(onward: Onward, form: CodeForm | RecoveryForm | None = None, *, way: str = CODE) -> str:
    """The page of the form, or that which sets up the first factor of a person who has none. form: as it was sent."""
    found = session()
    if found is None or not found.has_factor:
        return enrolment_page.asked(onward)
    if form is None:
        form = RecoveryForm() if way == RECOVERY else CodeForm()
        form.process(None)  # the request may have sent another form
    person, settings = found.session.person, current_app.extensions["settings"]
    kinds = {one.kind for one in factors.of(person.id)}
    view = SecondStepPage(
        name=person.name,
        form=form,
        way=way,
        onward=onward,
        signed_in=found.complete,
        app=TOTP in kinds,
        passkey=PASSKEY in kinds and passkeys.site(settings) is not None,
        trusts=not found.complete and trusted_devices.may_be_trusted(frozenset(found.principal.calls)),
        minutes=settings.fresh_factor_minutes,
    )
    return page("factors/second_step.html", view)
