"""Texts of earlier releases that databases still store, each with today's text for the same thing.

History and mails store the English text of a message and its values (`Message.as_json`). When a text of today's code is
reworded, the stored one stays as it was: it is part of a hash chain, and it no longer has a translation.
`Message.from_json` looks it up here, so that pages and mails show today's text in the reader's language.

A pair is added whenever a text is reworded that can be stored: a transition's text in history, the subject or text of a
mail, the message of an event. If the new text is reworded again, the value changes and a second key is added.
Refusals, labels and titles of pages are never stored and have no place here.

Not mapped, and shown as they were written:

* the questions, rubric and checklist that a call copied from its programme, because its rules are frozen when it opens;
* values of messages, such as the title of a check;
* the words of steps (“Payable”, “Approved”, “Released”, “Paid”), which history once used and pages still use;
* what people wrote, and the snapshots of documents.
"""

from __future__ import annotations

from workflows.engine.reworded_mails import MAILS
from workflows.engine.reworded_reviews import REVIEWS

FLOWS = {
    # application
    "Sent": "Submitted",
    "Draft deleted": "Draft discarded",
    "Returned for changes": "Returned with a question",
    "No answer in time": "No answer received in time",
    "Passed to review": "Sent to review",
    "Put before the panel": "Sent to panel",
    "Sent back": "Sent back to review",
    "Sent back to the panel": "Sent back to panel",
    "Invited": "Full proposal invited",
    "Alert raised": "Alert submitted",
    "Mini-proposal asked for": "Mini-proposal requested",
    "Time ran out; the deputy is told": "Time limit passed, deputy notified",
    "Award turned down": "Award declined",
    "Award taken back": "Award revoked",
    "Award not counter-signed": "Countersignature declined",
    # assignment
    "Reviewer released": "Reviewer removed",
    "Reviewer released: appointment as a reviewer ended": "Reviewer removed because their appointment ended",
    "Reviewer released because their appointment ended": "Reviewer removed because their appointment ended",
    "Reviewer released: joined the applicant": "Reviewer removed: acts for an applicant to the call",
    "Reviewer removed: joined the applicant": "Reviewer removed: acts for an applicant to the call",
    "Reviewer removed: acts for an applicant of the call": "Reviewer removed: acts for an applicant to the call",
    # agreement
    "The agreement is not made": "Agreement lapsed",
    "Money came back": "Unspent funds returned",
    # report
    "Report sent": "Report submitted",
    "Report sent back": "Report returned with questions",
    "Report sent back with questions": "Report returned with questions",
    "No longer owed": "Report no longer required",
    # instalment and batch
    "No longer planned": "Instalment cancelled",
    "Signed by the grantee": "Agreement signed by the grantee",
    "Signed by both": "Agreement signed by both parties",
    "Both parties signed": "Agreement signed by both parties",
    "Became payable automatically": "Instalment became payable",
    "Payments confirmed as made by the bank": "Payments confirmed by the bank",
    "Payments released to the bank": "Payments released",
    "Taken apart": "Batch cancelled",
    "Cancelled": "Batch cancelled",
}
"""What transitions record in history."""

EVENTS = {
    # documents
    "Document %(number)s printed": "Document %(number)s created",
    "%(kind)s %(number)s printed again, because its stored file was missing or damaged": (
        "%(kind)s %(number)s created again, because its stored file was missing or damaged"
    ),
    # application, agreement and report
    "Draft begun": "Draft started",
    "Recommended: to decline": "Recommended: decline",
    "Recommended: %(amount)s": "Recommended: award %(amount)s",
    "Agreement made": "Agreement prepared",
    "Budget of the award divided": "Award allocated across the budget lines",
    "Award divided over the budget lines": "Award allocated across the budget lines",
    "%(title)s is owed by %(day)s": "%(title)s is due on %(day)s",
    # reviews
    "Reviewer asked": "Reviewer invited",
    "No conflict declared": "Declared no conflict of interest",
    "Conflict of interest declared": "Declared a conflict of interest",
    "Review in": "Review submitted",
    # money
    "Envelope raised by %(amount)s": "Envelope increased by %(amount)s",
    "Envelope lowered by %(amount)s": "Envelope reduced by %(amount)s",
    "%(amount)s set aside for “%(call)s”": "%(amount)s allocated to “%(call)s”",
    "%(amount)s taken back from “%(call)s”": "%(amount)s returned from “%(call)s”",
    "Received %(amount)s": "Contribution of %(amount)s received",
    "Awarded: %(amount)s": "Awarded %(amount)s",
    "Came back: %(amount)s, received on %(day)s": "Unspent funds returned: %(amount)s, received on %(day)s",
    # persons
    "Officer": "Programme officer",
    "Account made": "Account created",
    "Account ended": "Account closed",
    "Appointed %(role)s": "Appointed as %(role)s",
    "No longer %(role)s": "Appointment as %(role)s ended",
    "Was there before history told of it": "Created before the history began",
    "Existed before history recorded it": "Created before the history began",
}
"""What other commands record in history."""

BATCH = ("Batch prepared with %(n)s payment", "Batch prepared with %(n)s payments", "count")
COUNTED = {"Prepared; payments in it: %(count)s": BATCH, "Batch prepared; payments: %(count)s": BATCH}
"""Events that are counted messages today: the text for one, the text for many, and the value that is the number."""

REASONS = {
    "The award was given up before both sides had signed.": (
        "The award ended before both parties had signed the agreement."
    ),
    "The worker died at every try.": "The worker stopped at every attempt.",
    "The stored file is missing or damaged. Retry to print it again.": (
        "The stored file is missing or damaged. Select “Retry” to create it again."
    ),
}
"""Reasons stored as plain text: why a document is not valid, and why an entry of the outbox was given up."""

REWORDED: dict[str, str] = {
    key: value for part in (FLOWS, EVENTS, *MAILS, *REVIEWS, REASONS) for key, value in part.items()
}
