"""The rights of a member of an applicant organisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workflows.engine.message import Message

MOST_NAMES = 5


class Right(StrEnum):
    """What a member of an organisation may do for it. Every member may view; a contact decides about its people."""

    VIEW = "view"
    EDIT = "edit"
    SUBMIT = "submit"
    SIGN = "sign"
    CONTACT = "contact"


RIGHTS: dict[Right, Message] = {
    Right.VIEW: Message("View"),
    Right.EDIT: Message("Edit"),
    Right.SUBMIT: Message("Submit"),
    Right.SIGN: Message("Sign"),
    Right.CONTACT: Message("Contact"),
}
"""The name of each right, the only one in pages, refusals and mails."""
GIVEN = (Right.EDIT, Right.SUBMIT, Right.SIGN)
"""The rights that a contact gives one by one."""
ALL = frozenset(Right)
Holders = Mapping[Right, tuple[str, ...]]
"""The names of the members with each right."""


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of an actor in the organisation for which they act, and who has those that they lack."""

    held: frozenset[Right] = ALL
    holders: Holders = field(default_factory=dict, compare=False)

    def against(self, right: Right) -> Message | None:
        """The reason against an action that requires this right; None if it is held."""
        return None if right in self.held else lacking([right], self.holders)


def lacking(wanted: Iterable[Right], holders: Holders) -> Message:
    """The reason against an action that requires one of these rights: which, and who in the organisation has it."""
    right, *others = wanted
    named: Message = Message("“%(right)s”", right=RIGHTS[right])
    for other in others:
        named = Message("%(right)s or %(other)s", right=named, other=Message("“%(right)s”", right=RIGHTS[other]))
    names = list(dict.fromkeys(name for one in (right, *others) for name in holders.get(one, ())))
    if not names:
        return Message(
            "You need the right %(right)s in your organisation to do this. Nobody in your organisation has it now.",
            right=named,
            cure="organisation",
        )
    return Message(
        "You need the right %(right)s in your organisation to do this. These people have it: %(names)s.",
        right=named,
        names=", ".join(names[:MOST_NAMES]),
        cure="organisation",
    )


UNLIMITED = Rights()
"""The rights of an actor who is no applicant, and of a member with all of them."""
