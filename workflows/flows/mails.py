"""The mails that follow the moves of an application.

Their places are `title`, `reference`, `at`, `until`, `amount`, and what the move asked: `question`, `feedback`,
`reason`.
"""

from __future__ import annotations

from workflows.flow import Tell
from workflows.roles import Role

SENT = Tell(Role.APPLICANT, "Sent: %(title)s", "We received your proposal on %(at)s. Its number is %(reference)s.")
ALERTED = Tell(
    Role.APPLICANT, "Alert received: %(title)s", "We received your alert on %(at)s. Its number is %(reference)s."
)
RETURNED = Tell(
    Role.APPLICANT,
    "A question about %(title)s",
    "%(question)s\n\nAnswer by changing the proposal and sending it again before %(until)s.",
)
INVITED = Tell(Role.APPLICANT, "You are invited: %(title)s", "Write the full proposal and send it before %(until)s.")
WANTED = Tell(
    Role.APPLICANT, "Now the mini-proposal: %(title)s", "Write the mini-proposal and send it before %(until)s."
)
DECLINED = Tell(Role.APPLICANT, "%(title)s is not funded", "%(feedback)s")
AWARDED = Tell(
    Role.APPLICANT,
    "%(title)s is funded",
    "The award is %(amount)s. Its letter is being printed; you find it on the page of your proposal.",
)
TURNED_DOWN = Tell(
    Role.OFFICER,
    "Award turned down: %(title)s",
    "The grantee does not take the award. Its money is back in the call.\n\n%(reason)s",
)
TAKEN_BACK = Tell(
    Role.APPLICANT,
    "We have taken the award back: %(title)s",
    "%(reason)s\n\nThe agreement was not signed by both sides, so nothing is owed by you or by us.",
)
LATE = Tell(
    Role.APPROVER,
    "Time has run out: %(title)s",
    "The step was not taken in time. You are the deputy: act, or name who does.",
)
