"""The page that sets up an authenticator app, or a passkey, and the page that shows new recovery codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import current_app

from grants.forms.factors import AppForm, PasskeyForm
from grants.models import Person
from grants.services.factors import encryption, passkeys, totp
from grants.web.factors.onward import Onward
from grants.web.site.authorization import session
from grants.web.site.navigation import page

F = TypeVar("F", AppForm, PasskeyForm)
GROUP = 4
"""How many signs of a secret stand together."""


@dataclass(frozen=True, slots=True)
class EnrolmentPage:
    """The forms that set up a second factor.

    picture: the QR code, as the address of an image. secret: the same for typing, in groups. passkey: the form for a
    passkey, if one can be made here. first: it is the first factor of the person. required: they cannot go on without
    one. onward: what follows.
    """

    form: AppForm
    passkey: PasskeyForm | None
    picture: str
    secret: str
    first: bool
    required: bool
    onward: Onward


@dataclass(frozen=True, slots=True)
class CodesPage:
    """New recovery codes, which are shown this one time. onward: what follows."""

    codes: Sequence[str]
    onward: Onward


def asked(onward: Onward, form: AppForm | None = None, passkey: PasskeyForm | None = None) -> str:
    """The page of the forms. form, passkey: as they were sent."""
    found, settings = session(), current_app.extensions["settings"]
    assert found is not None  # noqa: S101 - the routes require a session
    person, site = found.session.person, passkeys.site(settings)
    form = form or _untouched(AppForm())
    secret = _secret(form, person)
    view = EnrolmentPage(
        form=form,
        passkey=(passkey or _untouched(PasskeyForm())) if site else None,
        picture=_picture(totp.address(secret, person)),
        secret=" ".join(secret[start : start + GROUP] for start in range(0, len(secret), GROUP)),
        first=not found.has_factor,
        required=not found.complete,
        onward=onward,
    )
    return page("factors/app.html", view)


def _picture(address: str) -> str:
    """The address of an app as a QR code, in a `data:` address. Few pages need the library."""
    import segno

    return segno.make_qr(address, error="m").svg_data_uri(scale=4, border=3, light="#fff")


def codes(codes: Sequence[str], onward: Onward) -> str:
    """The page of new recovery codes."""
    return page("factors/codes.html", CodesPage(codes, onward))


def _untouched(form: F) -> F:
    form.process(None)  # the request may have sent another form
    return form


def _secret(form: AppForm, person: Person) -> str:
    """The secret of the form, or a new one where it has none that this installation has encrypted."""
    key = str(current_app.secret_key)
    try:
        return encryption.decrypt(form.sealed.data or "", person=person.id, key=key)
    except encryption.Undecipherable:
        form.sealed.data = totp.new_secret(person, key=key)
        return encryption.decrypt(form.sealed.data, person=person.id, key=key)
