"""Permissions, and the roles that have each of them. A route declares the permission that it requires."""

from __future__ import annotations

from enum import StrEnum

from workflows.engine.rights import Right
from workflows.engine.roles import Role


class Extent(StrEnum):
    """How much of the Foundation's work an appointment covers at least."""

    CALL = "call"
    PROGRAMME = "programme"
    EVERYTHING = "everything"


class Permission(StrEnum):
    """The permissions that a route can require."""

    OWN_ACCOUNT = "own_account"
    SEE_INBOX = "see_inbox"
    START_APPLICATION = "start_application"
    WRITE_APPLICATION = "write_application"
    READ_APPLICATION = "read_application"
    WRITE_MESSAGE = "write_message"
    SETTLE_MESSAGE = "settle_message"
    READ_MESSAGES = "read_messages"
    WRITE_NOTE = "write_note"
    CHECK = "check"
    ASSIGN = "assign"
    READ_REVIEWS = "read_reviews"
    ANSWER_ASSIGNMENT = "answer_assignment"
    REVIEW = "review"
    DECLARE_CONFLICT = "declare_conflict"
    LIFT_CONFLICT = "lift_conflict"
    READ_AWARD = "read_award"
    DIVIDE_AWARD = "divide_award"
    READ_REPORT = "read_report"
    WRITE_REPORT = "write_report"
    READ_BATCH = "read_batch"
    PREPARE_BATCH = "prepare_batch"
    READ_FUND = "read_fund"
    RECEIVE_FUND = "receive_fund"
    SET_FUND = "set_fund"
    READ_CALL = "read_call"
    CREATE_CALL = "create_call"
    SET_CALL = "set_call"
    READ_DOCUMENT = "read_document"
    READ_ORGANISATION = "read_organisation"
    CHANGE_ORGANISATION = "change_organisation"
    READ_ATTACHMENT = "read_attachment"
    READ_ORGANISATION_DOCUMENT = "read_organisation_document"
    WRITE_ORGANISATION_DOCUMENT = "write_organisation_document"
    DECIDE_JOIN_REQUEST = "decide_join_request"
    SET_PEOPLE = "set_people"
    SET_ORGANISATIONS = "set_organisations"
    READ_ROLES = "read_roles"
    SET_MEMBERS = "set_members"
    LEAVE_ORGANISATION = "leave_organisation"
    INVITE_MEMBER = "invite_member"
    SET_INVITATION = "set_invitation"
    SEE_FAILURES = "see_failures"
    RETRY_FAILURE = "retry_failure"
    REPLACE_DOCUMENT = "replace_document"
    SEE_HEALTH = "see_health"


APPLICANT, REVIEWER, OFFICER, APPROVER = Role.APPLICANT, Role.REVIEWER, Role.OFFICER, Role.APPROVER
FINANCE, AUDITOR, ADMINISTRATOR = Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR

ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.OWN_ACCOUNT: frozenset({APPLICANT, REVIEWER, OFFICER, APPROVER, FINANCE, AUDITOR, ADMINISTRATOR}),
    Permission.SEE_INBOX: frozenset({APPLICANT, REVIEWER, OFFICER, APPROVER, FINANCE, AUDITOR, ADMINISTRATOR}),
    Permission.START_APPLICATION: frozenset({APPLICANT}),
    Permission.WRITE_APPLICATION: frozenset({APPLICANT}),
    Permission.READ_APPLICATION: frozenset({APPLICANT, OFFICER, APPROVER, AUDITOR}),
    Permission.READ_MESSAGES: frozenset({APPLICANT, OFFICER, APPROVER, AUDITOR}),
    Permission.WRITE_MESSAGE: frozenset({APPLICANT, OFFICER}),
    Permission.SETTLE_MESSAGE: frozenset({OFFICER}),
    Permission.WRITE_NOTE: frozenset({OFFICER, APPROVER}),
    Permission.CHECK: frozenset({OFFICER}),
    Permission.ASSIGN: frozenset({OFFICER}),
    Permission.READ_REVIEWS: frozenset({OFFICER, APPROVER, AUDITOR}),
    Permission.ANSWER_ASSIGNMENT: frozenset({REVIEWER}),
    Permission.REVIEW: frozenset({REVIEWER}),
    Permission.DECLARE_CONFLICT: frozenset({OFFICER, APPROVER}),
    Permission.LIFT_CONFLICT: frozenset({OFFICER, APPROVER}),
    Permission.READ_AWARD: frozenset({APPLICANT, OFFICER, APPROVER, FINANCE, AUDITOR}),
    Permission.DIVIDE_AWARD: frozenset({APPLICANT}),
    Permission.READ_REPORT: frozenset({APPLICANT, OFFICER, APPROVER, AUDITOR}),
    Permission.WRITE_REPORT: frozenset({APPLICANT}),
    Permission.READ_BATCH: frozenset({FINANCE, AUDITOR}),
    Permission.PREPARE_BATCH: frozenset({FINANCE}),
    Permission.READ_FUND: frozenset({OFFICER, APPROVER, FINANCE, AUDITOR}),
    Permission.RECEIVE_FUND: frozenset({FINANCE}),
    Permission.SET_FUND: frozenset({FINANCE}),
    Permission.READ_CALL: frozenset({OFFICER, APPROVER, AUDITOR}),
    Permission.CREATE_CALL: frozenset({OFFICER}),
    Permission.SET_CALL: frozenset({OFFICER}),
    Permission.READ_DOCUMENT: frozenset({APPLICANT, OFFICER, APPROVER, AUDITOR}),
    Permission.READ_ORGANISATION: frozenset({APPLICANT, OFFICER, APPROVER, FINANCE, AUDITOR, ADMINISTRATOR}),
    Permission.CHANGE_ORGANISATION: frozenset({APPLICANT}),
    Permission.READ_ATTACHMENT: frozenset({APPLICANT, OFFICER, APPROVER, FINANCE, AUDITOR}),
    Permission.READ_ORGANISATION_DOCUMENT: frozenset({APPLICANT, OFFICER, APPROVER, FINANCE, AUDITOR}),
    Permission.WRITE_ORGANISATION_DOCUMENT: frozenset({APPLICANT}),
    Permission.DECIDE_JOIN_REQUEST: frozenset({APPLICANT, OFFICER, ADMINISTRATOR}),
    Permission.SET_PEOPLE: frozenset({ADMINISTRATOR}),
    Permission.SET_ORGANISATIONS: frozenset({ADMINISTRATOR}),
    Permission.READ_ROLES: frozenset({AUDITOR, ADMINISTRATOR}),
    Permission.SET_MEMBERS: frozenset({APPLICANT}),
    Permission.LEAVE_ORGANISATION: frozenset({APPLICANT}),
    Permission.INVITE_MEMBER: frozenset({APPLICANT}),
    Permission.SET_INVITATION: frozenset({APPLICANT, ADMINISTRATOR}),
    Permission.SEE_FAILURES: frozenset({OFFICER, AUDITOR, ADMINISTRATOR}),
    Permission.RETRY_FAILURE: frozenset({OFFICER, ADMINISTRATOR}),
    Permission.REPLACE_DOCUMENT: frozenset({OFFICER}),
    Permission.SEE_HEALTH: frozenset({AUDITOR, ADMINISTRATOR}),
}

RIGHTS: dict[Permission, tuple[Right, ...]] = {
    Permission.START_APPLICATION: (Right.EDIT,),
    Permission.WRITE_APPLICATION: (Right.EDIT,),
    Permission.DIVIDE_AWARD: (Right.EDIT,),
    Permission.WRITE_REPORT: (Right.EDIT,),
    Permission.CHANGE_ORGANISATION: (Right.EDIT,),
    Permission.WRITE_ORGANISATION_DOCUMENT: (Right.EDIT,),
    Permission.WRITE_MESSAGE: (Right.EDIT,),
    Permission.DECIDE_JOIN_REQUEST: (Right.SIGN, Right.CONTACT),
    Permission.SET_MEMBERS: (Right.CONTACT,),
    Permission.INVITE_MEMBER: (Right.SIGN, Right.CONTACT),
    Permission.SET_INVITATION: (Right.SIGN, Right.CONTACT),
}
"""Of which rights an applicant needs one in the organisation, for each permission that requires more than to view.

What the transitions of applicants require is written in their rows.
"""

OWN = frozenset({Permission.LEAVE_ORGANISATION})
"""The permissions that a member has on their own membership only."""

EXTENT: dict[Permission, Extent] = {
    Permission.RECEIVE_FUND: Extent.EVERYTHING,
    Permission.SEE_HEALTH: Extent.EVERYTHING,
    Permission.SET_ORGANISATIONS: Extent.EVERYTHING,
    Permission.CREATE_CALL: Extent.PROGRAMME,
}
"""What an appointment must cover at least to give the permission; one call suffices for all others.

A contribution belongs to no call yet, the service works for all calls, organisations apply in every programme, and a
new call belongs to no call that an appointment could be limited to.
"""
