"""The legal details of an organisation."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms.validators import ValidationError

from grants.forms.base import ChoiceField, Form, line
from grants.models import Profile
from grants.queries.matches import domain_of
from grants.services import profiles, registers
from grants.services.profiles import Details
from grants.services.refusals import Refused
from grants.services.registers import LONGEST_NUMBER, REGISTERS, Entered
from workflows.engine.message import Message

OTHER = "other"
"""The choice of a register that is not in the list."""


class DetailsForm(Form):
    """Legal name, register number, address and website. What is known of registers is asked of `services.registers`."""

    legal_name = line(
        lazy_gettext("Legal name"),
        most=profiles.LONGEST,
        missing=lazy_gettext("Enter the legal name of the organisation."),
        description=lazy_gettext("As written in your registration document. Your bank account must be in this name."),
        render_kw={"autocomplete": "organization"},
    )
    register = ChoiceField(
        lazy_gettext("Register"), wrong=lazy_gettext("Select one of the registers."), choices={}, default=""
    )
    register_name = line(
        lazy_gettext("Name of the other register"),
        most=profiles.LONGEST,
        required=False,
        description=lazy_gettext("Only if the register is not in the list."),
    )
    register_number = line(
        lazy_gettext("Number in that register"),
        most=LONGEST_NUMBER,
        required=False,
    )
    address = line(lazy_gettext("Street address"), required=False, render_kw={"autocomplete": "street-address"})
    city = line(lazy_gettext("City"), most=100, required=False, render_kw={"autocomplete": "address-level2"})
    website = line(
        lazy_gettext("Website"),
        most=200,
        required=False,
        render_kw={"autocomplete": "url", "inputmode": "url"},
    )

    def __init__(self, profile: Profile | None = None, **values: Any) -> None:
        """profile: the stored version that the form begins with. values: of the fields of a longer form."""
        super().__init__(**_values(profile), **values)
        titles = {code: gettext(one.title) for code, one in REGISTERS.items()}
        self.register.choices = {"": gettext("No register number")} | titles | {OTHER: gettext("Another register")}

    def validate_register_name(self, field: Any) -> None:
        """Require the name of a register that is not in the list."""
        if self.register.data == OTHER and not field.data:
            raise ValidationError(gettext("Enter the name of the register."))

    def validate_register_number(self, field: Any) -> None:
        """Refuse a wrong number, and a number or a register without the other."""
        try:
            registers.checked(Entered(self._register(), field.data or ""))
        except Refused as refused:
            if self.register_name.data or self.register.data != OTHER:
                raise ValidationError(_sentence(refused.reasons[0])) from None

    def validate_website(self, field: Any) -> None:
        """Refuse what is no address of a website."""
        if field.data and not domain_of(field.data):
            raise ValidationError(gettext("Enter the address of a website, such as https://example.org."))

    def _register(self) -> str:
        return (self.register_name.data or "") if self.register.data == OTHER else (self.register.data or "")

    @property
    def details(self) -> Details:
        """The values, once the form is valid."""
        return Details(
            legal_name=(self.legal_name.data or "").strip(),
            entered=registers.checked(Entered(self._register(), self.register_number.data or "")),
            address=(self.address.data or "").strip(),
            city=(self.city.data or "").strip(),
            website=(self.website.data or "").strip(),
        )


def _sentence(message: Message) -> str:
    """A reason in the language of the page. Its values are texts and messages without values."""
    values = {name: gettext(one.text) if isinstance(one, Message) else one for name, one in message.values.items()}
    return str(gettext(message.text, **values))


def _values(profile: Profile | None) -> dict[str, str]:
    """The values of a stored version, by field."""
    if profile is None:
        return {}
    known = profile.register in REGISTERS or not profile.register
    return {
        "legal_name": profile.legal_name,
        "register": profile.register if known else OTHER,
        "register_name": "" if known else profile.register,
        "register_number": profile.register_number,
        "address": profile.address,
        "city": profile.city,
        "website": profile.website,
    }
