"""Mails about a grant, and about the history, that a change of a row or the clock sends."""

from __future__ import annotations

from workflows.engine.flow import Notification
from workflows.engine.message import N_
from workflows.engine.roles import Role

RETURN_FUNDS = Notification(
    Role.APPLICANT,
    N_("Return unspent funds by %(day)s: %(title)s"),
    N_(
        "%(unused)s of the money that we paid was not spent. Return it by %(day)s, and quote %(number)s as the "
        "payment reference. Ask your programme officer which account to use."
    ),
    key="return_funds",
    occasion="Unspent funds appear when the last report is approved.",
)
DIGEST = Notification(
    Role.AUDITOR,
    N_("Digest of the history, checkpoint %(id)s"),
    N_(
        "Checkpoint %(id)s (epoch %(epoch)s) covers the history up to event %(up_to)s. Its digest is\n\n"
        "%(digest)s\n\n"
        "Keep this email. If the digest of this checkpoint is ever different, the history has been rewritten."
    ),
    key="digest",
    occasion="Once a day, if the history has grown.",
    whom="the auditors of everything",
)
