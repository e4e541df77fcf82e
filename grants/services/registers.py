"""Registers of organisations, and the check digits of their numbers (python-stdnum).

The codes are those of org-id.guide. A number of a known register is checked and becomes an open organisation
identifier; a number of any other register is kept as text, and the organisation gets a number of the Foundation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stdnum.ar import cuit
from stdnum.au import abn
from stdnum.be import vat
from stdnum.br import cnpj
from stdnum.cl import rut
from stdnum.dk import cvr
from stdnum.ee import registrikood
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus
from stdnum.fr import siren
from stdnum.no import orgnr
from stdnum.us import ein

from grants.services.refusals import Refused
from workflows.engine.message import N_, Message


@dataclass(frozen=True, slots=True)
class Register:
    """A register whose numbers are checked. title: its name as a message. validate: the number without its signs."""

    code: str
    country: str
    title: str
    example: str
    validate: Callable[[str], str]


REGISTERS: dict[str, Register] = {
    one.code: one
    for one in (
        Register("AR-CUIT", "AR", N_("Argentina: CUIT"), "20-05536168-2", cuit.validate),
        Register("AU-ABN", "AU", N_("Australia: Business Register (ABN)"), "83 914 571 673", abn.validate),
        Register("BE-BCE_KBO", "BE", N_("Belgium: Crossroads Bank for Enterprises"), "0875.696.796", vat.validate),
        Register("BR-CNPJ", "BR", N_("Brazil: CNPJ"), "16.727.230/0001-97", cnpj.validate),
        Register("CL-RUT", "CL", N_("Chile: RUT"), "12.531.909-2", rut.validate),
        Register("DK-CVR", "DK", N_("Denmark: Central Business Register (CVR)"), "13585628", cvr.validate),
        Register("EE-RIK", "EE", N_("Estonia: Business Register"), "12345678", registrikood.validate),
        Register("FI-PRO", "FI", N_("Finland: Trade Register (business ID)"), "2077474-0", ytunnus.validate),
        Register("FR-INSEE", "FR", N_("France: SIRENE (SIREN)"), "552 008 443", siren.validate),
        Register("NO-BRC", "NO", N_("Norway: Brønnøysund Register Centre"), "988 077 917", orgnr.validate),
        Register("US-EIN", "US", N_("United States: Employer Identification Number"), "91-1144442", ein.validate),
    )
}
"""The known registers by their codes."""
LONGEST_NUMBER = 60


@dataclass(frozen=True, slots=True)
class Entered:
    """A register with a number in it, as an organisation enters them. register: a code, another name, or empty."""

    register: str = ""
    number: str = ""


def checked(entered: Entered) -> Entered:
    """The register and the number without signs that only divide it, if the register is known.

    Raises Refused for a wrong number, and where one of the two is missing.
    """
    register, number = entered.register.strip(), entered.number.strip()
    if not register and number:
        raise Refused(Message("Select the register of this number.", cure="register"))
    if register and not number:
        raise Refused(Message("Enter the number in the register, or select no register.", cure="register_number"))
    known = REGISTERS.get(register)
    if known is None:
        return Entered(register, number)
    try:
        return Entered(register, known.validate(number))
    except ValidationError:
        text = N_(
            "This is not a valid number for the register “%(register)s”: its length or its check digits are wrong. "
            "Enter it as it appears in the register, such as %(example)s."
        )
        title = Message(known.title)
        raise Refused(Message(text, register=title, example=known.example, cure="register_number")) from None


def identifier(entered: Entered, organisation: int) -> str:
    """The open organisation identifier of a checked number; without a known register, the Foundation's number."""
    if entered.register in REGISTERS:
        return f"{entered.register}-{entered.number}"
    return ours(organisation)


def ours(organisation: int) -> str:
    """The number that the Foundation gives to the organisation with this id."""
    return f"ISF-ORG-{organisation:06d}"
