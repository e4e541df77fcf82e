"""The manifest: for every table and column, whether history holds it, how, and if not, why.

A held row is named, with its fingerprint, by the event of each change. A version of a fingerprint keeps its columns for
ever. A new column begins a new version of its table; it has a default, which rows of earlier versions must still have.
A table or column that is not listed here fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

FIRST_VERSION = 2
"""The first version of this manifest. Fingerprints without a version are older: `first_forms`."""
SUBJECTS = ("person", "organisation", "call", "fund", "batch", "application")
"""The tables whose rows have a chain of events."""


class Owner(NamedTuple):
    """The row that a row belongs to, up to one with a chain. column: the reference to it, or an SQL expression."""

    table: str
    column: str


class Later(NamedTuple):
    """The columns that a version adds: each with its SQL default."""

    version: int
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A table of which history holds each row.

    columns: those of version 2, each as its label in the fingerprint or, if it was renamed since, as `label=column`.
    later: what further versions add. derived: columns that are worked out from others or change with every use, with
    the reason why they are not held. free: columns that may change without an event as long as `settled` is false;
    settled is a condition in SQL on the table and its owners, and settled_by the column whose changes decide it, as
    `table.column`. If all columns are free, the row is not held at all until it is settled. round: of the first update
    that holds all of it.
    """

    columns: str
    owner: Owner | None = None
    later: tuple[Later, ...] = ()
    derived: Mapping[str, str] = field(default_factory=dict)
    free: str = ""
    settled: str = ""
    settled_by: str = ""
    key: str = "id"
    round: int = 1

    @property
    def settling(self) -> str:
        """The table whose changes decide whether the row is settled."""
        return self.settled_by.partition(".")[0]

    @property
    def version(self) -> int:
        """The newest version."""
        return self.later[-1].version if self.later else FIRST_VERSION

    @property
    def versions(self) -> range:
        """Every version."""
        return range(FIRST_VERSION, self.version + 1)

    def labels(self, version: int) -> dict[str, str]:
        """The columns that this version hashes, by label."""
        known = self.columns.split() + [name for one in self.later if one.version <= version for name in one.columns]
        return {label: column or label for label, _, column in (name.partition("=") for name in known)}

    def defaults(self, version: int) -> dict[str, str]:
        """The columns that this version does not know yet, each with its default in SQL."""
        return {name: value for one in self.later if one.version > version for name, value in one.columns.items()}

    @property
    def unsettled(self) -> frozenset[str]:
        """The columns that are free until the row is settled."""
        return frozenset(self.free.split())

    @property
    def named(self) -> frozenset[str]:
        """Every column that the manifest names."""
        return frozenset(self.labels(self.version).values()) | self.derived.keys()


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A table whose rows no event names.

    how: `derived` for what is compared with its source, `chain` for history
    itself, `nothing` for what is not held. reason: what holds it, or why nothing does.
    """

    how: str
    reason: str


DOCUMENT = Owner("document", "document_id")
APPLICATION = Owner("application", "application_id")
AWARD = Owner("award", "award_id")
ORGANISATION = Owner("organisation", "organisation_id")
ATTACHMENT = Owner("attachment", "attachment_id")
LINE = "position what category quantity unit_cost total"
INDICATOR = "position name unit baseline target how"
WORKED_OUT = "by the database, from columns of the same row"
USE = "changes with every use of the factor, without an event"
HASHED = "by its salted hash in the same row, until it is erased"
STAMP = "the transaction, which the database compares itself"
REPORTED = "summary setbacks next_steps story story_by story_consent question unread saved_at version"
SENT = '"review".sent_at IS NOT NULL'
RETURNED = "\"report\".step <> 'due'"
REVIEWED = "strengths concerns questions fund amount confidence saved_at sent_at"
CONTENT = "submission_id content answer"
UNPRESERVED = 'NOT "submission".preserved AND "submission_content".content IS NOT NULL'
"""The salted hash of a submission holds its content, so that it can be erased; this one has none of the content."""
SCORE = "id review_id criterion points comment"

HELD: dict[str, Held] = {
    "person": Held(
        "id email name language timezone password_hash created_at ended_at",
        later=(
            Later(3, {"mail_language": "NULL", "reading_languages": "'{}'", "version": "1"}),
            Later(4, {"mail_delivery": "'immediate'"}),
        ),
    ),
    "organisation": Held(
        "id name sort_key kind standing country region language address source created_at",
        later=(
            Later(
                3,
                {
                    "version": "1",
                    "merged_into_id": "NULL",
                    "merged_at": "NULL",
                    "merged_by_id": "NULL",
                    "merged_reason": "''",
                },
            ),
        ),
        derived={"is_kept": WORKED_OUT, "merged_into_kept": WORKED_OUT},
    ),
    "organisation_profile": Held(
        "id organisation_id number legal_name register register_number identifier address city website since_at by",
        Owner("organisation", "organisation_id"),
    ),
    "attachment": Held(
        "id organisation_id name kind size sha256 quarantine_key replaces_id uploaded_by uploaded_at", ORGANISATION
    ),
    "attachment_check": Held(
        "attachment_id verdict reason name media_type sha256 size pages notes at", ATTACHMENT, key="attachment_id"
    ),
    "attachment_preview": Held("id attachment_id number sha256", ATTACHMENT),
    "organisation_document": Held(
        "id organisation_id attachment_id type title version valid_from valid_until added_by added_at", ORGANISATION
    ),
    "verification": Held("id organisation_id step step_at due_on note by created_at version", ORGANISATION),
    "join_request": Held(
        "id organisation_id person_id title asked_at due_on decided_at decided_by accepted reason",
        Owner("organisation", "organisation_id"),
    ),
    "appointment": Held(
        "id person_id role programme call_id created_at ended_at",
        Owner("person", "person_id"),
        later=(Later(3, {"ends_on": "NULL"}),),
        derived={"reminded_days": "which reminder of its end was mailed, without an event"},
    ),
    "membership": Held(
        "id person_id organisation_id title created_at ended_at",
        Owner("person", "person_id"),
        later=(Later(3, {"may_edit": "true", "may_submit": "true", "may_sign": "true", "is_contact": "true"}),),
    ),
    "factor": Held(
        "id person_id kind label secret credential_id public_key transports created_at ended_at",
        Owner("person", "person_id"),
        derived={"used_step": USE, "sign_count": USE, "last_used_at": USE},
    ),
    "recovery_code": Held("id person_id code_sha256 created_at used_at ended_at", Owner("person", "person_id")),
    "provider_account": Held("id person_id issuer subject_sha256 created_at ended_at", Owner("person", "person_id")),
    "invitation": Held(
        "id email name organisation_id role programme call_id may_edit may_submit may_sign is_contact invited_by"
        " created_at ends_at accepted_at accepted_by withdrawn_at",
        Owner("person", "invited_by"),
        later=(Later(3, {"hands_over": "NULL", "starts_on": "NULL"}), Later(4, {"role_ends_on": "NULL"})),
        derived={"token_sha256": "the hash of the newest mail's token, which gives nothing but the invitation itself"},
    ),
    "fund": Held("id title year currency source created_at"),
    "call": Held(
        "id programme title currency fund_id step step_at opens_at closes_at opened_at rules version created_by"
        " created_at"
    ),
    "more_time": Held("id call_id organisation_id until reason by at", Owner("call", "call_id")),
    "application": Held(
        "id call_id organisation_id created_by reference stage step step_at title summary starts_on months asked"
        " created_at submitted_at submission_id invited_until version",
        derived={"words": WORKED_OUT},
    ),
    "involvement": Held("id application_id person_id part since_at", APPLICATION),
    "submission": Held("id application_id number stage sha256 salt sent_at sent_by preserved", APPLICATION),
    "submission_content": Held(
        CONTENT, Owner("submission", "submission_id"), free=CONTENT, settled=UNPRESERVED, key="submission_id"
    ),
    "submission_line": Held(f"id submission_id {LINE}", Owner("submission", "submission_id")),
    "submission_indicator": Held(f"id submission_id {INDICATOR}", Owner("submission", "submission_id")),
    "message": Held(
        "id application_id award_id report_id side person_id sent_at via language in_reply_to mail_sha256 held_from"
        " files sha256 salt",
        APPLICATION,
        derived={"body": HASHED, "quoted": HASHED},
    ),
    "note": Held("id application_id person_id at sha256 salt", APPLICATION, derived={"body": HASHED}),
    "checked": Held("id application_id submission_id key verdict note by at", APPLICATION),
    "assignment": Held(
        "id application_id submission_id person_id stage step step_at due_on assigned_by assigned_at cleared_at reason"
        " version",
        APPLICATION,
    ),
    "review": Held(
        f"id assignment_id {REVIEWED}",
        Owner("assignment", "assignment_id"),
        later=(Later(3, {"amount_typed": "''"}),),
        free=f"{REVIEWED} amount_typed",
        settled=SENT,
        settled_by="review.sent_at",
        round=2,  # the first held nothing of a review that was not submitted, or whose assignment had ended
    ),
    "score": Held(SCORE, Owner("review", "review_id"), free=SCORE, settled=SENT, settled_by="review.sent_at", round=2),
    "conflict": Held("id application_id person_id kinds declared_at lifted_at lifted_by lifted_reason", APPLICATION),
    "recommendation": Held("id application_id kind amount conditions feedback sent_back by at", APPLICATION),
    "decision": Held("id application_id submission_id kind feedback by at", APPLICATION),
    "award": Held(
        "id application_id number amount currency conditions starts_on ends_on made_by made_at met_at met_by to_close"
        " unused back_by",
        APPLICATION,
        later=(Later(3, {"profile_id": "NULL"}),),
    ),
    "award_line": Held(f"id award_id agreed {LINE}", AWARD),
    "award_indicator": Held(f"id award_id {INDICATOR}", AWARD),
    "agreement": Held(
        "id award_id number step step_at signed_by signed_name signed_at countersigned_by countersigned_name"
        " countersigned_at divided_at version",
        AWARD,
    ),
    "instalment": Held(
        "id award_id number amount conditions step step_at version",
        AWARD,
        derived={"waits": "by the database, from steps and payments; compared with them"},
    ),
    "repayment": Held("id award_id amount currency received_on reference by at", AWARD),
    "report": Held(
        "id award_id number title kind due_on step step_at summary setbacks next_steps story story_by story_consent"
        " question unread saved_at sent_by sent_at approved_by approved_at version",
        AWARD,
        free=REPORTED,
        settled=RETURNED,
        settled_by="report.step",
    ),
    "report_figure": Held(
        "id report_id award_indicator_id actual source",
        Owner("report", "report_id"),
        free="actual source",
        settled=RETURNED,
        settled_by="report.step",
    ),
    "report_spending": Held(
        "id report_id award_line_id spent explanation",
        Owner("report", "report_id"),
        free="spent explanation",
        settled=RETURNED,
        settled_by="report.step",
    ),
    "batch": Held(
        "id number fund_id step step_at prepared_by prepared_at approved_by approved_at released_by released_at version"
    ),
    "payment": Held("id batch_id instalment_id amount currency undone paid_at", Owner("batch", "batch_id")),
    "account": Held("id kind fund_id call_id award_id currency", Owner("fund", "fund_id")),
    "entry": Held(
        "id kind at by note reverses_id",
        Owner(
            "fund",
            "(SELECT min(a.fund_id) FROM public.posting p JOIN public.account a ON a.id = p.account_id"
            " WHERE p.entry_id = entry.id)",
        ),
        derived={"stamp": STAMP},
    ),
    "posting": Held("id entry_id account_id amount currency", Owner("account", "account_id"), derived={"stamp": STAMP}),
    "document": Held(
        "id kind number version language application_id submission_id supersedes_id ordered_at",
        APPLICATION,
        later=(Later(3, {"code": "NULL"}),),
    ),
    "document_snapshot": Held("document_id data", DOCUMENT, key="document_id"),
    "document_file": Held("document_id outbox_id sha256 size pages made_with at", DOCUMENT, key="document_id"),
    "document_end": Held("document_id kind reason at", DOCUMENT, key="document_id"),
}

OTHERWISE: dict[str, Otherwise] = {
    "balance": Otherwise("derived", "from the postings"),
    "total": Otherwise("derived", "from the postings"),
    "history": Otherwise("chain", "by the hash chain and the checkpoints"),
    "history_words": Otherwise("chain", "by salted hashes in the events; only an erasure empties a text"),
    "history_head": Otherwise("chain", "from the newest event of each chain"),
    "checkpoint": Otherwise("chain", "by its seal"),
    "digest_mail": Otherwise("derived", "its day from the clock of the database; it only prevents a second mail"),
    "draft": Otherwise("nothing", "a draft changes freely until it is sent"),
    "application_save": Otherwise("nothing", "a save that came too late is kept until the organisation settles it"),
    "figures": Otherwise("nothing", "the figures of the home page are worked out anew every minute"),
    "counter": Otherwise("nothing", "a number that is drawn twice is refused by a constraint"),
    "clock_failure": Otherwise("nothing", "failed work of the clock, which is tried again; what it leads to is held"),
    "reminder": Otherwise("nothing", "which reminders were sent; it only prevents a second mail"),
    "daily_mail": Otherwise("nothing", "which daily emails were ordered; it only prevents a second one"),
    "collected_mail": Otherwise("nothing", "mails that wait for the daily email; they leave the system with it"),
    "outbox": Otherwise("nothing", "work that is waiting; what it leads to is held or leaves the system"),
    "repeat": Otherwise("nothing", "answers to forms are deleted after 30 days"),
    "sign_in": Otherwise("nothing", "sessions are opened and closed without an event"),
    "device": Otherwise("nothing", "a browser that is known again only prevents a mail, and is forgotten in time"),
    "email_change": Otherwise("nothing", "an address that waits for its confirmation; the change itself is held"),
    "message_read": Otherwise("nothing", "who has opened a page; it only ends a task"),
    "message_mail": Otherwise("nothing", "a reply address ends; what it leads to, a message, is held"),
    "link": Otherwise("nothing", "a link is used or ends; what it leads to, such as a new password, is held"),
    "registration": Otherwise("nothing", "what was entered until the mailed link is used; what it leads to is held"),
    "trusted_device": Otherwise("nothing", "a device only saves its person the second factor until its time is over"),
    "sign_in_failure": Otherwise("nothing", "failed attempts only slow down guessing"),
    "clock_offset": Otherwise(
        "nothing", "outside a demonstration, any value but 0 is a finding, and the program does not start"
    ),
}
"""Every other table."""
