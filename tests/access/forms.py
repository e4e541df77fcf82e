"""The form that each changing request of the table sends: that of a page, with these fields filled in.

The fields come from the page as it is shown to a person who may send the form, so that changes to the form are picked
up. A request that is refused sends the same form as a permitted one, so that only the permission can refuse it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.access.cast import PASSWORD


@dataclass(frozen=True)
class Sent:
    """The page with the form, and the values entered; `{names}` stand for numbers of the test data.

    page: "" for a button without fields. action: the target of the form on the page, if that is not the row's own
    path.
    """

    page: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    action: str = ""


class First:
    """The first option of a field that has no default."""


def _sent(page: str = "", **fields: Any) -> Sent:
    return Sent(page, fields)


REASON = "The school has closed meanwhile, and nobody else would keep the mast; we are sorry to say so."
TICKED = {"confirmed": "yes"}
SIGNED = {"name": "Somebody Demo", "read": "yes"}
BACK = {"amount": "500.00", "day": "{today}", "reference": "B-2026-77"}

REGISTERED = {
    "kind": "nonprofit",
    "country": "TG",
    "organisation": "Réseaux du Golfe",
    "legal_name": "Association Réseaux du Golfe",
    "name": "Afi Demo",
    "email": "afi@example.org",
    "authorised": "y",
    "informed": "y",
}

ADDED = {"organisation": "Université du Golfe", "legal_name": "Université publique du Golfe"}

SENT: dict[str, Sent] = {
    # applications
    "/applications/{reviewed}/reviewers": _sent("/applications/{reviewed}/reviewers", reviewer="{reviewer}"),
    "/applications/{checked}/checks/standing": _sent("/applications/{checked}", **{"standing-verdict": "passed"}),
    "/applications/{draft}/kept/{kept}": _sent("/applications/{draft}/kept/{kept}", **{"take-title": "mine"}),
    "/applications/{draft}/write": _sent("/applications/{draft}/write", title="A new title"),
    "/applications/{draft}/write/project": Sent(
        "/applications/{draft}/write", {"title": "A new title"}, action="/applications/{draft}/write"
    ),
    "/calls/{call}/apply": _sent("/calls/{call}/apply", organisation=First),
    "/applications/{draft}/transitions/submit": _sent("/applications/{draft}/send"),
    "/applications/{draft}/transitions/withdraw": _sent("/applications/{draft}", reason=REASON, **TICKED),
    "/applications/{asked}/transitions/answer": _sent("/applications/{asked}/send", answer=REASON),
    "/applications/{checked}/transitions/ask": _sent("/applications/{checked}", question=REASON),
    "/applications/{checked}/transitions/pass": _sent("/applications/{checked}"),
    "/applications/{checked}/transitions/not_eligible": _sent("/applications/{checked}", feedback=REASON, **TICKED),
    "/applications/{ready}/transitions/to_panel": _sent("/applications/{ready}"),
    "/applications/{panel}/transitions/back_to_review": _sent("/applications/{panel}", reason=REASON),
    "/applications/{panel}/transitions/recommend": _sent("/applications/{panel}", kind="award", amount="9,000.00"),
    "/applications/{decision}/transitions/award": _sent("/applications/{decision}", **TICKED),
    "/applications/{decision}/transitions/decline": _sent("/applications/{decision}", feedback=REASON, **TICKED),
    "/applications/{decision}/transitions/back_to_panel": _sent("/applications/{decision}", reason=REASON),
    "/applications/{reviewed}/transitions/award": _sent("/applications/{reviewed}", amount="2,000.00", **TICKED),
    "/applications/{statement}/transitions/invite": _sent("/applications/{statement}"),
    "/applications/{statement}/transitions/decline_statement": _sent(
        "/applications/{statement}", feedback=REASON, **TICKED
    ),
    "/applications/{alert}/transitions/alert": _sent("/applications/{alert}/send"),
    "/applications/{triage}/transitions/accept": _sent("/applications/{triage}"),
    "/applications/{urgent}/transitions/back_to_review": _sent("/applications/{urgent}", reason=REASON),
    "/applications/{reviewed}/messages": _sent("/applications/{reviewed}/messages", body=REASON),
    "/applications/{reviewed}/notes": _sent("/applications/{reviewed}/messages", note=REASON),
    "/messages/{message}/settle": _sent("/applications/{reviewed}/messages"),
    # awards
    "/awards/{offered_award}/budget": _sent("/awards/{offered_award}/budget"),
    "/applications/{offered}/transitions/turn_down": _sent("/awards/{offered_award}", reason=REASON, **TICKED),
    "/applications/{lapsed}/transitions/take_back": _sent("/awards/{lapsed_award}", reason=REASON, **TICKED),
    "/applications/{half}/transitions/refuse": _sent("/awards/{half_award}", reason=REASON, **TICKED),
    "/applications/{settled}/transitions/close": _sent("/applications/{settled}", **TICKED),
    "/agreements/{offered_agreement}/transitions/sign": _sent("/awards/{offered_award}", **SIGNED),
    "/agreements/{half_agreement}/transitions/countersign": _sent("/awards/{half_award}", **SIGNED),
    "/agreements/{conditional_agreement}/transitions/met": _sent("/awards/{conditional_award}", proof=REASON),
    "/agreements/{left_agreement}/transitions/returned": _sent("/awards/{left_award}", **BACK, **TICKED),
    # reports
    "/reports/{report}/write": _sent("/reports/{report}/write", summary=REASON),
    "/reports/{report}/transitions/send": _sent("/reports/{report}/send"),
    "/reports/{received}/transitions/approve": _sent("/reports/{received}", **TICKED),
    "/reports/{received}/transitions/send_back": _sent("/reports/{received}", question=REASON),
    # money
    "/funds": _sent("/funds/new", title="Another fund", year="2026", amount="5,000.00", **TICKED),
    "/funds/{fund}/envelope": _sent("/funds/{fund}", call="{call}", way="aside", amount="100.00"),
    "/batches": _sent("/batches/new?fund={fund}"),
    "/batches/{batch}/transitions/approve": _sent("/batches/{batch}"),
    "/batches/{batch}/transitions/undo": _sent("/batches/{batch}", reason=REASON, **TICKED),
    "/batches/{approved_batch}/transitions/release": _sent("/batches/{approved_batch}", **TICKED),
    "/batches/{released_batch}/transitions/confirm": _sent("/batches/{released_batch}", **TICKED),
    # calls
    "/office/calls/new": _sent("/office/calls/new", title="Another round", opens_at="2027-01-01T00:00"),
    "/office/calls/{new_call}": _sent("/office/calls/{new_call}", title="The round after"),
    "/calls/{new_call}/transitions/open": _sent("/office/calls/{new_call}"),
    "/calls/{call}/transitions/extend": _sent("/office/calls/{call}", until="2099-01-31T23:59", reason=REASON),
    "/calls/{call}/transitions/close": _sent("/office/calls/{call}", **TICKED),
    "/office/calls/{call}/more-time": _sent(
        "/office/calls/{call}/more-time", organisation=First, until="2099-01-31T23:59", reason=REASON
    ),
    # reviews
    "/reviews/{assignment}": _sent("/reviews/{assignment}"),
    "/reviews/{assignment}/send": _sent("/reviews/{assignment}"),
    "/reviews/{assignment}/conflict": _sent("/reviews/{assignment}/conflict", member="yes"),
    "/reviews/{spare_assignment}/clear": _sent("/reviews/{spare_assignment}", none="y"),
    "/assignments/{spare_assignment}/transitions/clear": _sent(none="yes"),
    "/assignments/{spare_assignment}/transitions/conflict": _sent(member="yes"),
    "/assignments/{spare_assignment}/transitions/decline": _sent("/reviews/{spare_assignment}", reason=REASON),
    "/assignments/{assignment}/transitions/send": _sent(),
    "/assignments/{spare_assignment}/transitions/withdraw": _sent(
        "/applications/{reviewed}/reviewers", reason=REASON, **TICKED
    ),
    "/assignments/{declined_assignment}/transitions/invite_again": _sent("/applications/{ready}/reviewers"),
    "/applications/{reviewed}/conflict": _sent("/applications/{reviewed}/conflict", member="yes"),
    "/conflicts/{conflict}/lift": _sent("/conflicts/{conflict}/lift", reason=REASON),
    "/organisations/{organisation}/legal-details/change": _sent(
        "/organisations/{organisation}/legal-details/change", legal_name="Another legal name"
    ),
    "/organisations": _sent("/organisations/new", kind="university", country="TG", **ADDED),
    "/organisations/{organisation}/correct": _sent("/organisations/{organisation}/correct", organisation="Other name"),
    "/organisations/{entered}/merge": _sent(
        "/organisations/{entered}/merge?kept={organisation}", reason=REASON, confirmed="y"
    ),
    "/organisations/{merged}/separate": _sent("/organisations/{merged}/separate", reason=REASON),
    "/register": _sent("/register", **REGISTERED),
    "/calls/{call}/register": _sent("/calls/{call}/register", **REGISTERED),
    "/link/registration/{registration}": _sent("/link/registration/{registration}"),
    "/join-requests/{join_request}/accept": _sent("/join-requests/{join_request}"),
    "/join-requests/{join_request}/decline": _sent("/join-requests/{join_request}", reason=REASON),
    "/verifications/{verification}/transitions/verify": _sent("/organisations/{verified}", note=REASON),
    "/verifications/{refusable}/transitions/refuse": _sent("/organisations/{refused}", note=REASON, **TICKED),
    # people and sessions
    "/people/{person}": _sent("/people/{person}?role=reviewer&scope=everything"),
    "/appointments/{appointment}/end": _sent(**TICKED),
    "/account": _sent("/account", name="Another Demo"),
    "/account/sessions/end": _sent(session="1"),
    "/account/sessions/end-others": _sent(),
    "/account/email": _sent("/account/email", email="another@example.org", present_password=PASSWORD),
    "/account/email/stop": _sent(),
    "/account/password": _sent(present_password=PASSWORD, password=f"{PASSWORD} and more"),
    "/account/close": _sent("/account/close", present_password=PASSWORD, confirmed="y"),
    "/account/language": _sent(language="en"),
    "/memberships/{membership}": _sent("/memberships/{membership}", may_sign="y"),
    "/memberships/{membership}/end": _sent("/memberships/{membership}", **TICKED),
    "/memberships/{own_membership}/hand-over": _sent(
        "/memberships/{own_membership}/hand-over",
        successor="other",
        email="lova@example.org",
        name="Lova (demo)",
        starts_on="{today}",
    ),
    "/memberships/{own_membership}/leave": _sent("/organisations/{organisation}", **TICKED),
    "/organisations/{organisation}/invite": _sent(
        "/organisations/{organisation}/invite", email="lova@example.org", name="Lova (demo)"
    ),
    "/people/invite": _sent(
        "/people/invite", email="lova@example.org", name="Lova (demo)", role="reviewer", scope="everything"
    ),
    "/invitations/{invitation}/again": _sent(),
    "/invitations/{invitation}/withdraw": _sent(),
    "/invitations/{role_invitation}/again": _sent(),
    "/invitations/{role_invitation}/withdraw": _sent(),
    "/invitation/{token}": _sent(name="Somebody Demo"),
    "/sign-in": _sent("/sign-in", email="uma@example.org", password=PASSWORD),
    "/link/{link}": _sent("/link/{link}", password=f"{PASSWORD} and more"),
    "/unsubscribe/{unsubscription}": _sent(),
    "/sign-out": _sent(),
    # documents of organisations
    "/organisations/{organisation}/documents/new": _sent(
        "/organisations/{organisation}/documents/new", type="accounts", file=b"%PDF-1.7"
    ),
    "/organisations/documents/{organisation_document}/replace": _sent(
        "/organisations/documents/{organisation_document}/replace", file=b"%PDF-1.7"
    ),
    "/sign-in/second-step": _sent(code="123456"),
    "/sign-in/second-step/passkey": _sent(),
    "/sign-in/second-step/passkey/options": _sent(),
    "/account/factors/app": _sent("/account/factors/app", code="123456"),
    "/account/factors/passkey": _sent(label="Key"),
    "/account/factors/passkey/options": _sent(),
    "/account/factors/{factor}/remove": _sent("/account/factors"),
    "/account/factors/recovery-codes": _sent(),
    "/sign-in/provider": _sent(),
    "/account/provider/remove": _sent(account="{provider_account}"),
    # the rest
    "/check": _sent("/check", file=b"%PDF-1.7"),
    "/failures/{failure}/again": _sent("/failures"),
    "/failures/again": _sent("/failures", rows="{failure}"),
    "/documents/{failed_document}/again": _sent("/failures"),
}
"""The forms by the path as the table writes it."""
