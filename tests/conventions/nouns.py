"""The nouns of the domain, and which layers of `grants` have a module or a folder of each name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

LAYERS = ("models", "services", "queries", "forms", "web")

NOUNS = frozenset(
    {
        "agreements", "alarms", "applications", "appointments", "assignments", "attachments", "awards", "batches",
        "calls", "checks", "closures", "conflicts", "daily_mails", "decisions", "devices", "documents", "drafts",
        "duplicates", "email_changes", "envelopes", "factors", "failures", "figures", "funds", "hand_overs",
        "indicators", "instalments", "invitations", "involvements", "join_requests", "judgements", "links",
        "memberships", "organisation_documents", "organisations", "payments", "persons", "preferences", "profiles",
        "programmes", "proposals", "provider_accounts", "registrations", "reminders", "reports", "reviews", "scores",
        "sessions", "submissions", "tasks", "transitions", "unsubscriptions", "verifications",
    }
)  # fmt: skip
"""What a module or folder may be named after in more than one layer: always in the plural."""

SINGLE = frozenset({"correspondence", "eligibility", "history", "inbox", "ledger", "outbox", "public"})
"""What there is one of, so that it has no plural."""

GROUPS = frozenset({"integrity", "money", "sealing", "verifying"})
"""Folders that stand for no noun and hold modules of several."""

ONE_LAYER: dict[str, tuple[str, str]] = {
    "acceptances": ("services", "an acceptance is read and shown with the invitation"),
    # a table that nothing else is named after
    "counters": ("models", "the table behind services/numbers"),
    # commands of things that are read and shown with another
    "agreements": ("services", "an agreement is read and shown with its award"),
    "instalments": ("services", "an instalment is read and shown with its award"),
    "payments": ("services", "a payment is read and shown with its batch"),
    "repayments": ("services", "what came back is read and shown with the award"),
    "submissions": ("services", "a submission is read and shown with its application"),
    # parts of the correspondence
    "messages": ("services", "a message is read and shown with its thread: queries/correspondence"),
    "mail_limits": ("services", "how often an address that somebody has typed is mailed"),
    "mails": ("services", "the reply addresses of the mails of messages"),
    # machinery of the services
    "anchored": ("services", "compares checkpoints with their anchors"),
    "adoption": ("services", "takes rows into the history that it did not hold before"),
    "catalogue": ("services", "the database as its system catalogue describes it"),
    "books": ("services", "compares the ledger with what caused it"),
    "changes": ("services", "which held rows a transaction changes"),
    "checkpoints": ("services", "seals the history"),
    "digest_mails": ("services", "mails the newest checkpoint to the auditors"),
    "authority": ("services", "whether an actor still holds their role"),
    "effects": ("services", "the arguments and results of the effects of transitions"),
    "hmac_seals": ("services", "the checkpoints of earlier releases"),
    "progress": ("services", "verifies the steps against the flows"),
    "ranges": ("services", "sets of event ids"),
    "sequences": ("services", "the ids of rows that only grow"),
    "snapshot": ("services", "the one state of the database that verification reads"),
    "schema": ("services", "compares the database with what the migrations create"),
    "seals": ("services", "verifies the checkpoints"),
    "subjects": ("services", "verifies what events are about"),
    "texts": ("services", "verifies the texts of events"),
    "times": ("services", "verifies the times of events"),
    "fingerprints": ("services", "the hashes of rows and of submitted proposals"),
    "first_forms": ("services", "the fingerprints of earlier releases"),
    "idempotency": ("services", "the second sending of a form gets the first one's answer"),
    "retention": ("services", "deletes rows that are needed for a while only"),
    "watch": ("services", "notices that the sealer has stopped"),
    "registers": ("services", "the registers whose numbers are checked"),
    "letters": ("services", "the snapshots that documents are printed from"),
    "replacements": ("services", "documents that take the place of void ones"),
    "locking": ("services", "the order in which rows are locked"),
    "locks": ("services", "what a transaction has locked"),
    "manifest": ("services", "which tables the history holds"),
    "numbering": ("services", "draws numbers from the counters"),
    "refusals": ("services", "the errors that commands raise for people"),
    "updates": ("services", "writes changed rows together"),
    "verification": ("services", "compares history, steps, ledger and documents"),
    # reads that serve the pages of several nouns
    "previews": ("queries", "what a role would allow, before it is given on the page of a person"),
    "statuses": ("queries", "how far an application is"),
    "comparison": ("services", "compares rows with what the history says of them"),
    "completeness": ("queries", "what is missing in a report before it can be submitted"),
    "search": ("queries", "how lists are searched for text"),
    "cases": ("queries", "what the rules of a flow are asked about"),
    "flows": ("queries", "the flow of a row"),
    "overdue": ("queries", "what the clock has to do"),
    "recipients": ("queries", "who gets a mail"),
    "scores": ("queries", "the scores of an application side by side"),
    "withheld": ("queries", "which sums and names would reveal an application that is hidden from a person"),
    "matches": ("queries", "organisations that may be the same as one that somebody registers"),
    # parts of forms
    "personal_data": ("queries", "what is stored about a person, for their own copy"),
    "identities": ("forms", "the current password, entered again in forms of one's own account"),
    "base": ("forms", "what all forms share"),
    "cleaning": ("forms", "how every typed or pasted text is cleaned"),
    "entered": ("forms", "what was entered into a form, with its labels"),
    "days": ("forms", "how days and instants are typed"),
    "numerals": ("forms", "how numbers are typed"),
    "loading": ("queries", "what a page of one row always reads with it"),
    "time_limits": ("queries", "time limits of steps in SQL, as workflows/deadlines.py has them"),
    "schedules": ("forms", "the plan of instalments and reports in the form of a call"),
    "questions": ("forms", "one field for each kind of question"),
    "places": ("forms", "errors of reading that name their field"),
    "rows": ("forms", "tables in a form"),
    # pages of no noun
    "health": ("web", "says that the process is up"),
    "mailbox": ("web", "the demonstration's mails, which are files"),
    "site": ("web", "what every page has around it"),
}
"""Names that one layer alone has: which, and why there is no such name in the others."""


REPLACED = {"moves": "transitions", "numbers": "numbering", "repeats": "idempotency", "duties": "tasks"}
"""Earlier names, each with the one that takes its place: the two never stand side by side."""


@dataclass(frozen=True)
class Names:
    """What stands in a layer.

    own: its modules and folders, of the web only those with a route; all: these and the modules inside its folders.
    """

    own: frozenset[str]
    all: frozenset[str]


def names(grants: Path) -> dict[str, Names]:
    """The names of each layer."""
    found = {}
    for layer in LAYERS:
        own = {name for name, path in _named(grants / layer) if layer != "web" or _routes(path)}
        inside = {path.stem for path in (grants / layer).rglob("*/*.py") if not path.stem.startswith("_")}
        found[layer] = Names(frozenset(own), frozenset(own | inside))
    return found


def _named(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.glob("[a-z]*")):
        if path.is_dir() and path.name in GROUPS:
            yield from _named(path)
        elif path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py"))):
            yield path.stem, path


def _routes(path: Path) -> bool:
    files = path.rglob("*.py") if path.is_dir() else (path,)
    return any("Blueprint(" in file.read_text("utf-8") for file in files)


def misnamed(found: Mapping[str, Names]) -> dict[str, str]:
    """What is wrong with each name that is not as it should be."""
    wrong = {}
    for layer, name in sorted((layer, name) for layer, here in found.items() for name in here.own):
        others = [other for other in found if other != layer and name in found[other].all]
        if problem := _wrong(name, layer, others):
            wrong[f"{layer}/{name}"] = problem
    return wrong


def _wrong(name: str, layer: str, others: list[str]) -> str:
    if name in ONE_LAYER and ONE_LAYER[name][0] == layer:
        return ""
    if name not in NOUNS | SINGLE:
        singular = next((noun for noun in NOUNS if name in (noun[:-1], noun[:-2])), None)
        return f"a singular: call it {singular}" if singular else "no noun of the domain"
    return "" if others else "in one layer only: is it called otherwise in the others?"


def doubled(found: Mapping[str, Names]) -> set[str]:
    """Earlier names that are still there beside the one that takes their place."""
    here = frozenset().union(*(names.own for names in found.values()))
    return {old for old, new in REPLACED.items() if {old, new} <= here}
