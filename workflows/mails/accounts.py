"""Mails about an account, to its person: sign-in, password, second factors, address."""

from __future__ import annotations

from workflows.engine.flow import Notification
from workflows.engine.message import N_, Message
from workflows.engine.roles import Role

ONESELF = "the person themselves"
PAGE = "/account"
FACTORS = "/account/factors"
UNASKED = N_("If you did not ask for this link, ignore this email. Without this email, no one can use the link.")
VALIDITY = N_("The link is valid for %(minutes)s minutes and works once.")
CODES_LEFT = Message.counted(
    "Someone has signed in to your account with a recovery code. You have %(n)s code left. If it was not you, "
    "choose a new password and write to us at once.",
    "Someone has signed in to your account with a recovery code. You have %(n)s codes left. If it was not "
    "you, choose a new password and write to us at once.",
    n=0,
)

PASSWORD_CHANGED = Notification(
    Role.PUBLIC,
    N_("Your password was changed"),
    N_(
        "On %(at)s, the password of your account was changed, and all other sessions were ended. If it was not "
        "you, choose “I have forgotten my password” on the sign-in page at once, and write to the Foundation."
    ),
    key="password_changed",
    occasion="The password of the account was changed.",
    whom=ONESELF,
)
PASSWORD_SET = Notification(
    Role.PUBLIC,
    N_("Your account now has a password"),
    N_(
        "On %(at)s, a password was set for your account, which had none before. If it was not you, choose “I have "
        "forgotten my password” on the sign-in page at once, and write to the Foundation."
    ),
    key="password_set",
    occasion="The account has got its first password.",
    whom=ONESELF,
)
NEW_DEVICE = Notification(
    Role.PUBLIC,
    N_("New sign-in to your account: %(device)s"),
    N_(
        "On %(at)s, someone signed in to your account %(way)s, in a browser that we do not know: %(device)s. If "
        "it was you, you do not have to do anything. If not, open your account, end that session and change your "
        "password."
    ),
    key="new_device",
    occasion="Someone has signed in with a browser that this account has not used before.",
    whom=ONESELF,
)
FACTOR_ADDED = Notification(
    Role.PUBLIC,
    N_("A second factor was added to your account"),
    N_("“%(label)s” was added to your account as a second factor."),
    key="factor_added",
    occasion="A second factor was added.",
    whom=ONESELF,
)
FACTOR_REMOVED = Notification(
    Role.PUBLIC,
    N_("A second factor was removed from your account"),
    N_("“%(label)s” was removed from your account as a second factor."),
    key="factor_removed",
    occasion="A second factor was removed.",
    whom=ONESELF,
)
FACTORS_RESET = Notification(
    Role.PUBLIC,
    N_("The second factors of your account were reset"),
    N_(
        "An administrator has removed all second factors and recovery codes from your account. Set up a new second "
        "factor when you next sign in. If you did not ask for this, write to us at once."
    ),
    key="factors_reset",
    occasion="An administrator has removed all second factors.",
    whom=ONESELF,
)
PROVIDER_LINKED = Notification(
    Role.PUBLIC,
    N_("You can now sign in with %(provider)s"),
    N_(
        "Someone signed in to your account with an account at %(provider)s that has your email address. From now on, "
        "that account can be used to sign in to yours. If it was not you, remove it on your account page and write "
        "to us at once."
    ),
    key="provider_linked",
    occasion="Somebody has signed in with an identity provider for the first time.",
    whom=ONESELF,
)
PROVIDER_REMOVED = Notification(
    Role.PUBLIC,
    N_("Your %(provider)s account is no longer linked"),
    N_(
        "Your %(provider)s account is no longer linked to your account here. If you sign in with it again, it is "
        "linked again, as long as it has the same email address."
    ),
    key="provider_removed",
    occasion="A person has removed the link of an account at an identity provider.",
    whom=ONESELF,
)
RECOVERY_CODE_USED = Notification(
    Role.PUBLIC,
    N_("A recovery code of your account was used"),
    CODES_LEFT.text,
    plural=CODES_LEFT.plural,
    key="recovery_code_used",
    occasion="Someone has signed in with a recovery code.",
    whom=ONESELF,
)
RECOVERY_CODES_RENEWED = Notification(
    Role.PUBLIC,
    N_("New recovery codes were created for your account"),
    N_(
        "On %(at)s, new recovery codes were created for your account. The earlier ones no longer work. If it was not "
        "you, choose a new password and write to us at once."
    ),
    key="recovery_codes_renewed",
    occasion="New recovery codes have replaced the earlier ones.",
    whom=ONESELF,
)
SIGN_IN_LINK = Notification(
    Role.PUBLIC,
    N_("Sign in to Foundation Grants"),
    N_("Open this page and select “Sign in”: %(address)s"),
    more=(VALIDITY, UNASKED),
    key="sign_in_link",
    occasion="Somebody has asked for a link to sign in, on the sign-in page.",
    whom="the account with the address that was entered; nobody if there is none",
)
PASSWORD_LINK = Notification(
    Role.PUBLIC,
    N_("Choose a new password"),
    N_("Open this page to choose a new password: %(address)s"),
    more=(VALIDITY, UNASKED),
    key="password_link",
    occasion="Somebody has forgotten their password, and has asked for a link.",
    whom="the account with the address that was entered; nobody if there is none",
)
CONFIRM_EMAIL = Notification(
    Role.PUBLIC,
    N_("Confirm your new email address"),
    N_(
        "You have asked to use this address for your account. Open this page and select “Use this address”: %(address)s"
    ),
    more=(
        N_("The link is valid for %(hours)s hours and works once. Until then your account keeps its old address."),
        UNASKED,
    ),
    key="confirm_email",
    occasion="A person has asked for another email address.",
    whom="the new address",
)
ANNOUNCE_EMAIL = Notification(
    Role.PUBLIC,
    N_("Someone has asked to change your email address"),
    N_(
        "Someone who is signed in to your account has asked to change its address to %(email)s. If it was you, you"
        " do not have to do anything."
    ),
    more=(
        N_("If it was not you, open this page at once and select its button: %(address)s"),
        N_(
            "The link is valid for %(hours)s hours. It stops the change or, if the new address has been confirmed, "
            "restores this address."
        ),
    ),
    key="announce_email",
    occasion="A person has asked for another email address.",
    whom="the present address",
)
EMAIL_CHANGED = Notification(
    Role.PUBLIC,
    N_("The email address of your account was changed"),
    N_("The address %(email)s was confirmed. From now on you sign in with it, and all emails go to it."),
    key="email_changed",
    occasion="A person has confirmed another email address.",
    whom="the new address",
)
EMAIL_TAKEN = Notification(
    Role.PUBLIC,
    N_("Your email address was entered for another account"),
    N_(
        "Someone who is signed in to another account has asked to use your address for it. The address already"
        " belongs to your account, so nothing was changed."
    ),
    more=(N_("If both accounts are yours, write to the Foundation."),),
    key="email_taken",
    occasion="A person has asked for an email address that belongs to another account.",
    whom="the account that has the address",
)
ROLE_ENDS = Notification(
    Role.PUBLIC,
    N_("Your role as %(role)s ends on %(day)s"),
    N_(
        "Your role as %(role)s (%(scope)s) in the grant programmes of the Internet Society Foundation ends on "
        "%(day)s, when this day begins in UTC. From then on you can no longer act in this role. If you need to keep "
        "it, ask an administrator before that day."
    ),
    key="role_ends",
    occasion="30 days and 7 days before the end of a role.",
    whom=ONESELF,
)
ROLE_OF_PERSON_ENDS = Notification(
    Role.ADMINISTRATOR,
    N_("Role ends on %(day)s: %(role)s, %(name)s"),
    N_(
        "The role of %(name)s as %(role)s (%(scope)s) ends on %(day)s, when this day begins in UTC. Open reviews "
        "that depend on it are closed then. If %(name)s should keep the role, end it on the page of this person and "
        "assign it again with a later end date or without one."
    ),
    key="role_of_person_ends",
    occasion="30 days and 7 days before the end of a role of another person.",
)
