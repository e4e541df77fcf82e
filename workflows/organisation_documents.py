"""The documents that an organisation keeps with us: their types, and when one soon expires."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from workflows.attachments import DOCUMENT, PDF, PICTURE, SPREADSHEET
from workflows.engine.message import N_, Message

OTHER = "other"
TYPES: dict[str, Message] = {
    "registration": Message(N_("Registration certificate")),
    "statutes": Message(N_("Statutes or bylaws")),
    "tax_exemption": Message(N_("Tax exemption certificate")),
    "bank_letter": Message(N_("Bank letter")),
    "accounts": Message(N_("Annual accounts")),
    "audit": Message(N_("Audit report")),
    "annual_report": Message(N_("Annual report")),
    "board": Message(N_("List of board members")),
    "mandate": Message(N_("Power of attorney or signing mandate")),
    "safeguarding": Message(N_("Safeguarding policy")),
    OTHER: Message(N_("Other document")),
}
"""The name of each type. A document of the type `other` is named by its organisation."""
ACCEPTED = (PDF, PICTURE, DOCUMENT, SPREADSHEET)
"""The kinds of files that such a document can be."""
MOST = 100
"""Documents that an organisation can keep, each with all its versions."""
WARNING = timedelta(days=60)
"""How long before its last day a document is marked."""


class Validity(StrEnum):
    """How long a document is still valid."""

    OPEN = "open"
    VALID = "valid"
    LATER = "later"
    ENDING = "ending"
    ENDED = "ended"


def validity(valid_from: date | None, valid_until: date | None, today: date) -> Validity:
    """How a document with these first and last days of validity stands today; either may be missing."""
    if valid_until and valid_until < today:
        return Validity.ENDED
    if valid_from and valid_from > today:
        return Validity.LATER
    if valid_until is None:
        return Validity.OPEN
    return Validity.ENDING if valid_until - today <= WARNING else Validity.VALID
