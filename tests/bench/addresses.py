"""The pages that are measured, and the people who open them: lists, and one page of each kind about one row.

Each page is chosen so that a page with a fixed length is equally full at both sizes. A search for one chapter finds
three applications among 1,000 and a page of 25 among 10,000; it would measure the rows, not the search. The search by
applicant is therefore for the nine chapters 001 to 009, which fill a page at either size.
"""

from __future__ import annotations

LISTS: dict[str, tuple[str, ...]] = {
    "olga": (
        "/inbox",
        "/inbox?list=checks",
        "/inbox?list=applicant",
        "/inbox?list=review",
        "/inbox?list=panel",
        "/inbox?list=decision",
        "/inbox?list=under_way",
        "/applications",
        "/applications?list=under_way",
        "/applications?list=active",
        "/applications?list=ended",
        "/applications?call=1",
        "/applications?region=Africa",
        "/applications?words=fibre",
        "/applications?words=chapter+00&list=ended",
        "/applications?words=zzz",
        "/awards",
        "/awards?stage=ended",
        "/reports",
        "/reports?step=due",
        "/reports?step=approved",
        "/office/calls",
        "/office/calls/1",
        "/funds",
        "/funds/2",
        "/failures",
    ),
    "omar": ("/inbox", "/inbox?list=review", "/applications", "/awards", "/reports"),
    "oona": ("/inbox", "/inbox?list=review", "/applications", "/applications?words=fibre", "/awards", "/reports"),
    "pia": ("/inbox", "/inbox?list=decision", "/applications"),
    "fay": ("/inbox", "/awards", "/batches", "/batches?ended=1", "/funds"),
    "uma": ("/applications", "/batches", "/reports"),
    "rex": ("/reviews",),
    "mg1": ("/inbox", "/applications", "/awards"),
    "ada": ("/people", "/people?words=contact"),
    "": ("/", "/check"),
}
"""The lists of each person, by the names of `tests.world`.

olga: officer of everything; omar: officer with some conflicts; oona: officer of one call; pia: approver; fay: finance;
uma: auditor; rex: reviewer; mg1: applicant; ada: administrator; nobody: the public. Call 1 and fund 2 hold most of the
data that `seeding` creates.
"""

DETAILS: dict[str, tuple[str, ...]] = {
    "olga": (
        "/applications/{active}",
        "/applications/{active}/history",
        "/applications/{active}/documents",
        "/applications/{review}",
        "/applications/{review}/reviews",
        "/applications/{review}/reviewers",
        "/awards/{award}",
        "/reports/{received}",
        "/organisations/{applicant}",
    ),
    "pia": ("/applications/{decision}",),
    "fay": ("/awards/{award}", "/batches/{batch}", "/batches/new?fund=2"),
    "uma": ("/applications/{active}", "/batches/{batch}"),
    "rex": ("/reviews/{ready}",),
    "mg1": ("/applications/{own}", "/applications/{draft}/write", "/reports/{due}"),
    "ada": ("/people/{reviewer}",),
    "": ("/calls/1", "/v/{document}"),
}
"""The pages about one row, whose place in the address is a name of `ROWS`."""
_OF_STEP = "SELECT max(application.id) FROM application JOIN submission ON submission.application_id = application.id"
_OF_MG = "SELECT organisation_id FROM membership JOIN person ON person.id = person_id WHERE email LIKE 'mg1@%'"
ROWS = {
    "active": f"{_OF_STEP} WHERE step = 'active'",
    "review": f"{_OF_STEP} WHERE step = 'review'",
    "decision": f"{_OF_STEP} WHERE step = 'decision'",
    "own": f"{_OF_STEP} WHERE step = 'active' AND organisation_id = ({_OF_MG})",
    "draft": f"SELECT max(id) FROM application WHERE step = 'draft' AND organisation_id = ({_OF_MG})",
    "award": "SELECT max(award.id) FROM award JOIN application ON application.id = application_id"
    " WHERE step = 'active'",
    "received": "SELECT max(id) FROM report WHERE step = 'received'",
    "due": "SELECT max(report.id) FROM report JOIN award ON award.id = award_id JOIN application ON"
    f" application.id = application_id WHERE report.step = 'due' AND organisation_id = ({_OF_MG})",
    "batch": "SELECT max(id) FROM batch WHERE step = 'released'",
    "ready": "SELECT max(assignment.id) FROM assignment JOIN person ON person.id = person_id"
    " WHERE step = 'ready' AND email LIKE 'rex@%'",
    "applicant": _OF_MG,
    "reviewer": "SELECT id FROM person WHERE email = 'reviewer1@example.org'",
    "document": "SELECT number || '/' || code FROM document WHERE kind = 'award_letter' ORDER BY id DESC LIMIT 1",
}
"""The statement that finds each row: the same case at every size, because the newest do not depend on the size."""
MOST, MOST_OF_DETAILS = 12, 16


def every() -> list[tuple[str, str]]:
    """(person, address) of each page."""
    return [(name, address) for pages in (LISTS, DETAILS) for name, paths in pages.items() for address in paths]


def most(address: str) -> int:
    """The most statements of the page: a whole application or award may need more than others."""
    return MOST_OF_DETAILS if address.startswith(("/applications/{", "/awards/{")) else MOST
