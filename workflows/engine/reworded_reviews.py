"""Subjects and texts of mails about reviews and checks of earlier releases, each with today's (`reworded.py`)."""

from __future__ import annotations

CONFLICTED = (
    "%(name)s has declared a conflict of interest in relation to application %(reference)s and can no longer see it. "
    "Any review they submitted no longer counts. Invite another reviewer if the application needs one."
)
REVIEWER_APPLIED = (
    "%(name)s now acts for an applicant to the call “%(call)s” and can no longer see application %(reference)s as a "
    "reviewer. Any review they submitted no longer counts. Invite another reviewer if the application needs one."
)

REVIEWS: tuple[dict[str, str], ...] = (
    {
        "A proposal to review": "Review a proposal",
        "You are asked for a review by %(day)s.": (
            "You are invited to review a proposal. First say whether you have a conflict of interest. "
            "If you have none, submit your review by %(day)s."
        ),
    },
    {
        "Review by %(day)s: application %(reference)s, %(call)s": (
            "Review by %(day)s: application %(reference)s, “%(call)s”"
        ),
    },
    {
        "%(name)s has declared a conflict of interest on application %(reference)s and no longer sees it. A review "
        "that they had submitted no longer counts. Invite another reviewer if the application has too few.": CONFLICTED,
        "%(name)s has declared a conflict of interest in relation to application %(reference)s and can no longer see "
        "it. Any review that they had submitted no longer counts. Invite another reviewer if the application needs "
        "one.": CONFLICTED,
        "%(name)s has declared a conflict of interest on application %(reference)s and no longer sees it.": (
            "%(name)s has declared a conflict of interest in relation to application %(reference)s and can no longer "
            "see it."
        ),
        "%(name)s is no longer appointed as a reviewer for the call “%(call)s” and will not review application "
        "%(reference)s. Invite another reviewer if the application has too few.": (
            "%(name)s is no longer appointed as a reviewer for the call “%(call)s” and will not review application "
            "%(reference)s. Invite another reviewer if the application needs one."
        ),
    },
    {
        "A reviewer has applied: application %(reference)s, “%(call)s”": (
            "Reviewer removed: application %(reference)s, “%(call)s”"
        ),
        "%(name)s, who has reviewed application %(reference)s, is now involved on the side of another applicant of the "
        "call “%(call)s”. Their review counts until they declare a conflict of interest. Invite another reviewer if "
        "the application needs one.": REVIEWER_APPLIED,
        "%(name)s has joined the applicant of application %(reference)s and no longer sees it as a reviewer. A review "
        "that they had submitted no longer counts. Invite another reviewer if the application has too few.": (
            REVIEWER_APPLIED
        ),
        "%(name)s has joined the applicant of application %(reference)s and can no longer see it as a reviewer. "
        "Any review that they had submitted no longer counts. Invite another reviewer if the application needs one.": (
            REVIEWER_APPLIED
        ),
    },
    {
        "%(name)s has declared a conflict of interest in relation to application %(reference)s and can no longer see "
        "it. Any eligibility checks that they completed and any recommendation that they made no longer count. "
        "Another person must complete the checks, or make the recommendation, again.": (
            "%(name)s has declared a conflict of interest in relation to application %(reference)s and can no longer "
            "see it. Any eligibility checks they completed and any recommendation they made no longer count. Another "
            "person must complete or make them again."
        ),
    },
    {
        "Checks or recommendation no longer count: application %(reference)s, “%(call)s”": (
            "Redo checks or recommendation: application %(reference)s, “%(call)s”"
        ),
        "%(name)s has joined the applicant of application %(reference)s and can no longer see it in another role. "
        "Any eligibility checks that they completed and any recommendation that they made no longer count. Another "
        "person must complete the checks, or make the recommendation, again.": (
            "%(name)s now acts for the organisation that submitted application %(reference)s and can no longer see "
            "it in another role. Any eligibility checks they completed and any recommendation they made no longer "
            "count. Another person must complete or make them again."
        ),
        "%(name)s is now involved on the side of another applicant of the call “%(call)s”. Any eligibility checks "
        "that they completed on application %(reference)s and any recommendation that they made no longer count. "
        "Another person must complete the checks, or make the recommendation, again.": (
            "%(name)s now acts for another applicant to the call “%(call)s”. Any eligibility checks they completed "
            "on application %(reference)s and any recommendation they made no longer count. Another person must "
            "complete or make them again."
        ),
    },
    {
        "%(name)s is now involved on the side of an applicant of the call “%(call)s” and can no longer see "
        "application %(reference)s as a reviewer. Any review that they had submitted no longer counts. Invite "
        "another reviewer if the application needs one.": REVIEWER_APPLIED,
    },
)
"""Subject and text of each mail, as in `reworded_mails.py`."""
