"""Protection against forged requests: a form is accepted from the browser, and for the person, that it was shown to.

The token of a form is that of Flask-WTF, a random value of the browser in the cookie `grants_form`, with the id of the
person to whom the page was shown (0 for nobody), signed with the key of the application. Signing in and out keep the
random value, so that a form which is open in another tab remains valid when the same person signs in again. The
reasons why this is safe:

* Session fixation. Somebody who puts a cookie of their own into the browser of another person, for example from a
  neighbouring subdomain or at a shared computer, knows the random value. The tokens that they can obtain with it name
  nobody or themselves. A token that names the other person needs a session of that person or our key. The session
  itself is a cookie of its own, `grants_session`, with a new value after each sign-in.
* Login CSRF. The sign-in form needs a token of this browser like every form; another site can neither read one nor,
  because the cookie is `SameSite=Lax`, send one.
* Forms that meet no database. The page that offers such a form again has a token for the person in the valid token
  that was sent, and so gives nobody a token that they did not have.
* Forms of a session that has ended. They are carried through the sign-in only with a valid token, so that another site
  cannot have a form of its own submitted by the next sign-in. They are offered to the person named in the token alone.

The routes that are open to all (signing in, signing out, verifying a document) accept the token of anybody at this
browser, since what they do is no right of a person.
"""

from __future__ import annotations

from flask import Flask, current_app, g
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError, generate_csrf, validate_csrf
from itsdangerous import BadSignature, Signer
from wtforms.validators import ValidationError

from grants.web.site.authorization import declared_permission, principal


class OtherPerson(CSRFError):
    """The form was shown to another person at this browser, or to this one before they signed in."""


class Protection(CSRFProtect):
    """The protection of Flask-WTF, with tokens that name a person."""

    def protect(self, apply_exemptions: bool = False) -> None:  # noqa: FBT001, FBT002 - the library prescribes it
        """Refuse a form without a valid token, or, where a permission is needed, with that of another person.

        A reader who is signed out is left to the check of the permission.
        """
        super().protect(apply_exemptions=apply_exemptions)
        if shown_to() not in {None, principal().id} and declared_permission() and principal().id:
            raise OtherPerson

    def _get_csrf_token(self) -> str | None:
        """The part of the token that Flask-WTF validates; the person is remembered until it has."""
        token, g.named = _parted(super()._get_csrf_token() or "")
        return token


protection = Protection()


def init_app(app: Flask) -> None:
    """Check the token of every form, and give the pages theirs."""
    protection.init_app(app)
    app.jinja_env.globals["csrf_token"] = token_for_reader
    app.context_processor(lambda: {"csrf_token": token_for_reader})


def token_for_reader() -> str:
    """A token for the forms of this page."""
    return _signer().sign(f"{generate_csrf()}.{_reader()}").decode()


def _reader() -> int:
    """The id of the reader, 0 for nobody.

    Where the database cannot be asked, it is the person in the valid token of the form that was sent, so that the form
    can be sent again.
    """
    return principal().id or (shown_to() if g.get("without_database") else None) or 0


def shown_to() -> int | None:
    """The id of the person to whom the form of this request was shown, 0 for nobody; None without a valid token."""
    return g.named if g.get("csrf_valid") else None


def named_in(token: str) -> int | None:
    """The id of the person to whom this browser showed a form with this token; None if it did not."""
    inner, person = _parted(token)
    try:
        validate_csrf(inner)
    except ValidationError:
        return None
    return person


def _parted(token: str) -> tuple[str | None, int]:
    """The token of Flask-WTF and the person in it; no token if the signature is not ours."""
    try:
        inner, _, person = _signer().unsign(token).decode().rpartition(".")
    except BadSignature:
        return None, 0
    return inner, int(person)


def _signer() -> Signer:
    return Signer(str(current_app.secret_key), salt="form-and-person")
