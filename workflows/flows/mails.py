"""The mails that follow the moves of an application.

Their places are `title`, `reference`, `at`, `until`, and what the move asked: `question`, `feedback`, `reason`.
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
    "%(question)s\n\nAnswer by changing the proposal and sending it again.",
)
INVITED = Tell(Role.APPLICANT, "You are invited: %(title)s", "Write the full proposal and send it before %(until)s.")
WANTED = Tell(
    Role.APPLICANT, "Now the mini-proposal: %(title)s", "Write the mini-proposal and send it before %(until)s."
)
DECLINED = Tell(Role.APPLICANT, "%(title)s is not funded", "%(feedback)s")
AWARDED = Tell(
    Role.APPLICANT,
    "%(title)s is funded",
    "The award letter is being printed. You find it on the page of your proposal.",
)
LATE = Tell(
    Role.APPROVER,
    "Time has run out: %(title)s",
    "The step was not taken in time. You are the deputy: act, or name who does.",
)
