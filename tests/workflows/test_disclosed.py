"""The texts of the Foundation that applicants read in the history of their application."""

from __future__ import annotations

from workflows.engine.roles import Role
from workflows.flows.standard import FLOWS

DISCLOSED = {
    ("ask", "question"),
    ("not_eligible", "feedback"),
    ("decline", "feedback"),
    ("decline_statement", "feedback"),
    ("recommend", "conditions"),
    ("recommend", "feedback"),
    ("award", "conditions"),
    ("take_back", "reason"),
    ("refuse", "reason"),
    ("countersign", "name"),
    ("send_back", "question"),
    ("extend", "reason"),
}
"""Each is in a mail to the applicant or in a letter. The event of a recommendation is internal as a whole."""


def test_applicants_read_what_a_mail_or_a_letter_tells_them() -> None:
    disclosed = {
        (row.key, field.key)
        for flow in FLOWS
        for row in flow.transitions
        if Role.APPLICANT not in row.roles
        for field in row.fields
        if field.kind == "text" and field.key in row.disclosed
    }

    assert disclosed == DISCLOSED


def test_applicants_read_what_they_wrote() -> None:
    own = [row for flow in FLOWS for row in flow.transitions if row.roles == (Role.APPLICANT,) and row.fields]

    assert len(own) > 3
    assert all({field.key for field in row.fields} == row.disclosed for row in own)
