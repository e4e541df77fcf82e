"""Messages for the keys that a snapshot stores: salutations, stages, conditions of payment, tasks of the recipient."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from reports.catalogues import N_
from reports.snapshots import Condition, DeclineLetter, Duty, Instalment, Receipt, Recipient
from reports.snapshots.letters import ActionKey, ConditionKey, ReportName, StageName
from reports.wording import Wording

CONDITIONS: Mapping[ConditionKey, str] = {
    "agreement_signed": N_("the agreement is signed by both parties"),
    "award_condition_met": N_("the condition of this award is met"),
    "bank_verified": N_("your bank details are verified"),
    "certificate_received": N_("we have received your certificate"),
    "co_funding_confirmed": N_("your co-funding is confirmed"),
}
"""What must be true before an instalment is paid; `report_approved` has a message per report below."""

REPORT_APPROVED: Mapping[ReportName, str] = {
    "interim": N_("your interim report, due on %(day)s, is approved"),
    "final": N_("your final report, due on %(day)s, is approved"),
    "progress": N_("your progress report %(number)s, due on %(day)s, is approved"),
}

TASKS: Mapping[ActionKey, str] = {
    "sign_agreement": N_("sign agreement %(about)s online."),
    "give_bank_details": N_("provide the details of a bank account in the legal name of %(about)s."),
    "send_certificate": N_("send the certificate (%(about)s)."),
    "answer_letter": N_("reply to this letter."),
}
"""What the recipient must do; `send_report` has a message per report below."""

REPORT_DUE: Mapping[ReportName, str] = {
    "interim": N_("submit the interim report."),
    "final": N_("submit the final report."),
    "progress": N_("submit progress report %(number)s."),
}


RECEIVED: Mapping[StageName, str] = {
    "alert": N_("Alert received: “%(project)s”"),
    "statement": N_("Statement of interest received: “%(project)s”"),
    "proposal": N_("Proposal received: “%(project)s”"),
}
"""The subject of a receipt, by what was submitted."""

ANSWER_RECEIVED = N_("Answer received: “%(project)s”")
"""The subject of a receipt for the answer to a question, whether in writing or by a changed proposal."""

WE_RECEIVED: Mapping[StageName, str] = {
    "alert": N_("We received your alert %(reference)s on %(moment)s."),
    "statement": N_("We received your statement of interest %(reference)s on %(moment)s."),
    "proposal": N_("We received your proposal %(reference)s on %(moment)s."),
}
"""The first sentence of a receipt."""

WE_RECEIVED_ANSWER: Mapping[StageName, str] = {
    "alert": N_("We received your answer to our question about your alert %(reference)s on %(moment)s."),
    "statement": N_(
        "We received your answer to our question about your statement of interest %(reference)s on %(moment)s."
    ),
    "proposal": N_("We received your answer to our question about your proposal %(reference)s on %(moment)s."),
}
"""The first sentence of a receipt for the answer to a question."""

AS_SUBMITTED: Mapping[StageName, str] = {
    "alert": N_("Alert as submitted"),
    "statement": N_("Statement of interest as submitted"),
    "proposal": N_("Proposal as submitted"),
}
"""The item of a receipt whose fingerprint covers all that was written."""

WITH_ANSWER: Mapping[StageName, str] = {
    "alert": N_("Alert and answer, as submitted"),
    "statement": N_("Statement of interest and answer, as submitted"),
    "proposal": N_("Proposal and answer, as submitted"),
}
"""The same in a receipt for the answer to a question."""

NOT_SELECTED: Mapping[StageName, str] = {
    "alert": N_(
        "We are sorry to tell you that your alert %(reference)s, submitted under the call “%(call)s”, was not selected "
        "for funding."
    ),
    "statement": N_(
        "We are sorry to tell you that your statement of interest %(reference)s, submitted under the call “%(call)s”, "
        "was not selected for funding."
    ),
    "proposal": N_(
        "We are sorry to tell you that your proposal %(reference)s, submitted under the call “%(call)s”, was not "
        "selected for funding."
    ),
}
"""The first sentence of a decision letter, unless the application is not eligible."""

NOT_ELIGIBLE = N_(
    "We are sorry to tell you that your application %(reference)s does not meet the rules of the call “%(call)s”, so "
    "we cannot consider it for funding."
)
"""The first sentence of a decision letter if the application is not eligible."""


def strong(text: str) -> Markup:
    """Text in bold."""
    return Markup("<strong>{}</strong>").format(text)


def link(address: str) -> Markup:
    """A link to a web address, shown without its scheme."""
    return Markup('<a href="{}" dir="ltr">{}</a>').format(address, address.split("://", 1)[1])


class Sentences:
    """The messages for stored keys in one language."""

    def __init__(self, words: Wording) -> None:
        self._words = words

    def attention(self, name: str) -> Markup:
        """The line of an address that names a person."""
        return self._words.gettext("For the attention of %(name)s", name=name)

    def salutation(self, recipient: Recipient) -> Markup:
        """The greeting of a letter; not every language addresses a person by name."""
        words, name = self._words, recipient.attention or recipient.name
        if recipient.salutation == "madam":
            return words.pgettext("salutation of a woman", "Dear %(name)s,", name=name)
        if recipient.salutation == "sir":
            return words.pgettext("salutation of a man", "Dear %(name)s,", name=name)
        return words.pgettext("salutation", "Dear %(name)s,", name=name)

    def received_subject(self, receipt: Receipt) -> Markup:
        """The subject of a receipt."""
        subject = ANSWER_RECEIVED if receipt.replaces else RECEIVED[receipt.stage]
        return self._words.gettext(subject, project=receipt.project)

    def received(self, receipt: Receipt) -> Markup:
        """What we received, and when."""
        messages = WE_RECEIVED_ANSWER if receipt.replaces else WE_RECEIVED
        moment = strong(self._words.moment(receipt.submitted_at))
        return self._words.gettext(messages[receipt.stage], reference=receipt.reference, moment=moment)

    def as_submitted(self, receipt: Receipt) -> Markup:
        """The name of what was submitted, in the table of fingerprints."""
        items = WITH_ANSWER if receipt.replaces else AS_SUBMITTED
        return self._words.gettext(items[receipt.stage])

    def decision(self, letter: DeclineLetter) -> Markup:
        """The decision: not eligible, or not selected."""
        message = NOT_SELECTED[letter.stage] if letter.eligible else NOT_ELIGIBLE
        return self._words.gettext(message, reference=letter.reference, call=letter.call)

    def conditions(self, instalment: Instalment) -> Markup:
        """When an instalment is paid: "the agreement is signed by both parties and …"."""
        if not instalment.conditions:
            # Translators: in the column "Payable when".
            return self._words.gettext("immediately")
        return self._words.all_of(self._condition(condition) for condition in instalment.conditions)

    def task(self, item: Duty) -> Markup:
        """A task with its date in bold: "By 26 January 2026: sign agreement …"."""
        words, message = self._words, REPORT_DUE[item.report] if item.report else TASKS[item.deed]
        by = strong(words.gettext("By %(day)s", day=words.day(item.by)))
        task = words.gettext(message, about=item.about, number=item.report_number)
        # Translators: a date ("By 26 January 2026") and a task ("sign agreement G-2026-0009 online.").
        return words.gettext("%(by)s: %(task)s", by=by, task=task)

    def _condition(self, condition: Condition) -> Markup:
        message = REPORT_APPROVED[condition.report] if condition.report else CONDITIONS[condition.key]
        day = self._words.day(condition.due_on) if condition.due_on else ""
        return self._words.gettext(message, day=day, number=condition.report_number)
