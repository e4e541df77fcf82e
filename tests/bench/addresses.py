"""The pages with lists, and the people who open them.

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
"""The names of `tests.world`.

olga: officer of everything; omar: officer with some conflicts; oona: officer of one call; pia: approver; fay: finance;
uma: auditor; rex: reviewer; mg1: applicant; ada: administrator; nobody: the public. Call 1 and fund 2 hold most of the
data that `seeding` creates.
"""


def every() -> list[tuple[str, str]]:
    """(person, address) of each list."""
    return [(name, address) for name, addresses in LISTS.items() for address in addresses]
