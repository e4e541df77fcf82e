"""The database models, one module per noun."""

from grants.models.applications import Application, ApplicationSave, Involvement
from grants.models.appointments import Appointment
from grants.models.attachments import Attachment, AttachmentCheck, AttachmentPreview
from grants.models.awards import Agreement, Award, AwardIndicator, AwardLine, Instalment, Repayment
from grants.models.batches import Batch, Payment
from grants.models.calls import Call, MoreTime
from grants.models.checks import Check
from grants.models.correspondence import Correspondence, MessageMail, MessageRead, Note
from grants.models.counters import ClockOffset, Counter, IdempotencyKey
from grants.models.daily_mails import CollectedMail, DailyMail
from grants.models.decisions import Decision, Recommendation
from grants.models.documents import Document, DocumentEnd, DocumentFile, DocumentSnapshot
from grants.models.email_changes import EmailChange
from grants.models.factors import Factor, RecoveryCode, TrustedDevice
from grants.models.failures import ClockFailure
from grants.models.figures import Figures
from grants.models.funds import Fund
from grants.models.history import Checkpoint, DigestMail, Event, EventText, Head
from grants.models.invitations import Invitation
from grants.models.ledger import Account, Balance, Entry, Posting, Total
from grants.models.links import Link
from grants.models.organisation_documents import OrganisationDocument
from grants.models.organisations import Membership, Organisation
from grants.models.outbox import Outbox
from grants.models.persons import Person
from grants.models.profiles import Profile
from grants.models.provider_accounts import ProviderAccount
from grants.models.registrations import JoinRequest, Registration
from grants.models.reminders import Reminder
from grants.models.reports import Report, ReportFigure, ReportSpending
from grants.models.reviews import Assignment, Conflict, Review, Score
from grants.models.sessions import Device, SignIn, SignInFailure
from grants.models.submissions import Draft, Submission, SubmissionContent, SubmissionIndicator, SubmissionLine
from grants.models.verifications import Verification

__all__ = [
    "Account",
    "Agreement",
    "Application",
    "ApplicationSave",
    "Appointment",
    "Assignment",
    "Attachment",
    "AttachmentCheck",
    "AttachmentPreview",
    "Award",
    "AwardIndicator",
    "AwardLine",
    "Balance",
    "Batch",
    "Call",
    "Check",
    "Checkpoint",
    "ClockFailure",
    "ClockOffset",
    "CollectedMail",
    "Conflict",
    "Correspondence",
    "Counter",
    "DailyMail",
    "Decision",
    "Device",
    "DigestMail",
    "Document",
    "DocumentEnd",
    "DocumentFile",
    "DocumentSnapshot",
    "Draft",
    "EmailChange",
    "Entry",
    "Event",
    "EventText",
    "Factor",
    "Figures",
    "Fund",
    "Head",
    "IdempotencyKey",
    "Instalment",
    "Invitation",
    "Involvement",
    "JoinRequest",
    "Link",
    "Membership",
    "MessageMail",
    "MessageRead",
    "MoreTime",
    "Note",
    "Organisation",
    "OrganisationDocument",
    "Outbox",
    "Payment",
    "Person",
    "Posting",
    "Profile",
    "ProviderAccount",
    "Recommendation",
    "RecoveryCode",
    "Registration",
    "Reminder",
    "Repayment",
    "Report",
    "ReportFigure",
    "ReportSpending",
    "Review",
    "Score",
    "SignIn",
    "SignInFailure",
    "Submission",
    "SubmissionContent",
    "SubmissionIndicator",
    "SubmissionLine",
    "Total",
    "TrustedDevice",
    "Verification",
]
