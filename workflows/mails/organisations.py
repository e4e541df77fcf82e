"""Mails about the people of an organisation: registration, invitations, rights, requests to join, verification."""

from __future__ import annotations

from dataclasses import replace

from workflows.engine.flow import Notification
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.engine.urgency import Urgency

INVITEE = "the address that is invited"
CONTACTS = "the contacts of the organisation"
OPEN = N_("Open this page to read what the invitation includes, and to accept it: %(address)s")
UNEXPECTED = N_(
    "Nothing happens until you accept. If you did not expect this invitation, ignore this email, or ask the person "
    "who invited you."
)
HAS_ACCOUNT = N_("You already have an account with this address. You keep it, and the organisation is added to it.")
VALID = N_("The link is valid until %(until)s and works once.")
UNASKED = N_("If you did not register, ignore this email. The details entered will be deleted.")

REGISTERED = Notification(
    Role.PUBLIC,
    N_("Confirm by %(until)s: registration of %(organisation)s"),
    N_(
        "You registered “%(organisation)s”. Open this page and confirm your address: %(address)s\n\nYou can then "
        "start your draft. Nothing has been submitted yet."
    ),
    more=(VALID, UNASKED),
    key="registered",
    occasion="Somebody has registered an organisation.",
    whom="the address that was entered",
)
REGISTERED_AGAIN = replace(
    REGISTERED,
    more=(HAS_ACCOUNT, VALID, UNASKED),
    key="registered_again",
    occasion="Somebody who has an account already has registered an organisation.",
)
INVITED = Notification(
    Role.PUBLIC,
    N_("Accept by %(day)s: invitation to act for %(organisation)s"),
    N_(
        "%(inviter)s invites you to act for %(organisation)s in the grant programmes of the Internet Society "
        "Foundation. The invitation ends on %(day)s."
    ),
    more=(OPEN, UNEXPECTED),
    key="invited",
    occasion="A member invites a colleague to the organisation.",
    whom=INVITEE,
)
INVITED_TO_ROLE = Notification(
    Role.PUBLIC,
    N_("Accept by %(day)s: invitation as %(role)s"),
    N_(
        "%(inviter)s invites you to work as %(role)s in the grant programmes of the Internet Society Foundation. The "
        "invitation ends on %(day)s."
    ),
    more=(OPEN, UNEXPECTED),
    key="invited_to_role",
    occasion="An administrator invites a person to a role.",
    whom=INVITEE,
)
ASKED_TO_SUCCEED = Notification(
    Role.PUBLIC,
    N_("Accept by %(day)s: take over from %(inviter)s at %(organisation)s"),
    N_(
        "%(inviter)s asks you to take over their rights at %(organisation)s in the grant programmes of the Internet "
        "Society Foundation. You can accept from %(starts)s to %(day)s."
    ),
    more=(OPEN, UNEXPECTED),
    key="asked_to_succeed",
    occasion="A member names a successor.",
    whom=INVITEE,
)
INVITATION_ACCEPTED = Notification(
    Role.APPLICANT,
    N_("Invitation accepted: %(name)s, %(organisation)s"),
    N_("%(name)s has accepted the invitation to act for %(organisation)s. The rights are: %(rights)s."),
    key="invitation_accepted",
    occasion="A person has accepted an invitation to an organisation.",
    whom="the person who invited, and the contacts of the organisation",
    urgency=Urgency.ORDINARY,
)
HAND_OVER_ACCEPTED = Notification(
    Role.APPLICANT,
    N_("Handover accepted: %(name)s, %(organisation)s"),
    N_(
        "%(name)s has taken over from %(giver)s at %(organisation)s. The rights are: %(rights)s. %(giver)s still "
        "acts for the organisation and can view everything."
    ),
    key="hand_over_accepted",
    occasion="A successor has taken over the rights of a member.",
    whom="the person who hands over, and the contacts of the organisation",
)
RIGHTS_CHANGED = Notification(
    Role.APPLICANT,
    N_("Rights changed: %(name)s, %(organisation)s"),
    N_("%(actor)s has changed what %(name)s may do for %(organisation)s. The rights are now: %(rights)s."),
    key="rights_changed",
    occasion="The rights of a member were changed.",
    whom="the member, and the contacts of the organisation",
)
REMOVED = Notification(
    Role.APPLICANT,
    N_("Membership ended: %(name)s, %(organisation)s"),
    N_(
        "%(actor)s has removed you from %(organisation)s. You can no longer see its applications and grants. What you "
        "did stays under your name."
    ),
    key="removed",
    occasion="A member was removed from the organisation.",
    whom="the former member",
)
MEMBER_REMOVED = Notification(
    Role.APPLICANT,
    REMOVED.subject,
    N_("%(actor)s has removed %(name)s from %(organisation)s."),
    key="member_removed",
    occasion="A member was removed from the organisation.",
    whom=CONTACTS,
    urgency=Urgency.ORDINARY,
)
MEMBER_LEFT = Notification(
    Role.APPLICANT,
    REMOVED.subject,
    N_("%(name)s has left %(organisation)s."),
    key="member_left",
    occasion="A member has left the organisation.",
    whom=CONTACTS,
    urgency=Urgency.ORDINARY,
)
VERIFIED = Notification(
    Role.APPLICANT,
    N_("Organisation verified: %(organisation)s"),
    N_("We have verified “%(organisation)s”. It can now be awarded a grant."),
    key="verified",
    occasion="The Foundation has verified the organisation.",
    whom="everybody who acts for the organisation",
    urgency=Urgency.OPTIONAL,
)
NOT_VERIFIED = Notification(
    Role.APPLICANT,
    N_("Organisation not verified: %(organisation)s"),
    N_(
        "We could not verify “%(organisation)s”, so it cannot be awarded a grant. If the legal details on the page "
        "of the organisation are wrong, correct them, and we will check them again. The reason is:\n\n%(reason)s"
    ),
    key="not_verified",
    occasion="The Foundation could not verify the organisation.",
    whom="everybody who acts for the organisation",
)
JOIN_ASKED = Notification(
    Role.APPLICANT,
    N_("Decide by %(day)s: %(name)s asks to join %(organisation)s"),
    N_(
        "%(name)s (%(email)s) asks to act for “%(organisation)s”. Accept the request only if you know the person: they "
        "can then read and write your proposals. If nobody answers by %(day)s, the Foundation decides."
    ),
    key="join_asked",
    occasion="A person asks to join the organisation.",
    whom="everybody who acts for the organisation",
)
JOIN_ACCEPTED = Notification(
    Role.PUBLIC,
    N_("Request accepted: you can now act for %(organisation)s"),
    N_("Your request to join “%(organisation)s” was accepted. You can now read and write its proposals."),
    key="join_accepted",
    occasion="A request to join the organisation was accepted.",
    whom="the person who asked",
)
JOIN_DECLINED = Notification(
    Role.PUBLIC,
    N_("Request declined: %(organisation)s"),
    N_("Your request to join “%(organisation)s” was declined. The reason is:\n\n%(reason)s"),
    key="join_declined",
    occasion="A request to join the organisation was declined.",
    whom="the person who asked",
)
ENTRIES_MERGED = Notification(
    Role.APPLICANT,
    N_("Organisations merged: %(organisation)s"),
    N_(
        "We have merged “%(duplicate)s” into “%(organisation)s”, because both are the same organisation. People in "
        "either now see the applications, grants, documents and messages of both, with the rights that each person "
        "has. If this is wrong, write to us."
    ),
    key="entries_merged",
    occasion="Two entries of one organisation were merged.",
    whom="everybody who acts for one of the two entries",
)
ENTRIES_SEPARATED = Notification(
    Role.APPLICANT,
    N_("Organisations no longer merged: %(organisation)s"),
    N_(
        "We have undone the merge of “%(duplicate)s” into “%(organisation)s”. They are separate organisations again, "
        "and their people no longer see what belongs to the other one. If this is wrong, write to us."
    ),
    key="entries_separated",
    occasion="The merge of two organisations was undone.",
    whom="everybody who acts for one of the two organisations",
)
