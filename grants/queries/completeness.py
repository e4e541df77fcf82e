"""What is missing before a grantee's report can be submitted, each with the field to complete."""

from __future__ import annotations

from decimal import Decimal

from grants.models import Report, ReportFigure, ReportSpending
from workflows.engine.message import N_, Message, Money
from workflows.forms.extent import excesses
from workflows.forms.printable import strange

ZERO = Decimal(0)
TOLERANCE = Decimal("1.1")
"""Up to this multiple of a line's agreed amount can be used without a reason."""


def of(report: Report) -> list[Message]:
    """Everything that is missing, in the order of the form."""
    return [*_words(report), *_figures(report), *_money(report)]


def _words(report: Report) -> list[Message]:
    asked = (
        ("summary", report.summary, N_("Enter what was done.")),
        ("setbacks", report.setbacks, N_("Enter what did not work.")),
        ("next_steps", report.next_steps, N_("Enter the next steps.")),
    )
    messages = [Message(missing, cure=key) for key, text, missing in asked if not text.strip()]
    if report.story and not report.story_consent:
        messages.append(Message("Confirm that the person who tells the story agrees to its publication.", cure="story"))
    if report.story and not report.story_by.strip():
        messages.append(Message("Enter the name and place of the person who tells the story.", cure="story_by"))
    return [*messages, *_unprintable(report), *_too_long(report)]


TOO_MUCH = {
    "characters": N_("Enter %(most)s characters or fewer in “%(label)s”: you entered %(count)s."),
    "lines": N_("Enter %(most)s lines or fewer in “%(label)s”: you entered %(count)s."),
    "word": N_("Enter words of %(most)s characters or fewer in “%(label)s”: one has %(count)s."),
}
LONG_TEXTS = {
    "summary": N_("What was done"),
    "setbacks": N_("What did not work"),
    "next_steps": N_("Next steps"),
    "story": N_("A story in a person’s own words"),
}


def _too_long(report: Report) -> list[Message]:
    """Texts for which the impact report has no room. The form refuses them; earlier releases saved them."""
    return [
        Message(TOO_MUCH[excess.of], label=Message(label), count=excess.size, most=excess.most, cure=name)
        for name, label in LONG_TEXTS.items()
        for excess in excesses(getattr(report, name))
    ]


def _unprintable(report: Report) -> list[Message]:
    """Texts with characters that the impact report cannot print."""
    texts = {name: getattr(report, name) for name in ("summary", "setbacks", "next_steps", "story", "story_by")}
    texts |= {f"figure_{figure.id}_source": figure.source for figure in report.figures}
    texts |= {f"line_{spending.id}_explanation": spending.explanation for spending in report.spending}
    return [
        Message(
            "Remove these characters, because they cannot be printed in our reports: %(characters)s",
            characters=found,
            cure=name,
        )
        for name, written in texts.items()
        if (found := strange(written))
    ]


def _figures(report: Report) -> list[Message]:
    messages = []
    for figure in report.figures:
        if _place(figure) in report.unread:
            messages.append(_unread(report, figure, figure.indicator.name))
        elif figure.actual is None:
            messages.append(
                Message("Enter the result for “%(name)s”.", name=figure.indicator.name, cure=_place(figure))
            )
    return messages


def _money(report: Report) -> list[Message]:
    messages = [message for spending in report.spending if (message := _line(report, spending))]
    used = sum((spending.spent or ZERO for spending in report.spending), ZERO)
    if used > report.award.amount:
        text = N_("The lines add up to %(used)s; the award is %(award)s. Enter only costs that the award pays for.")
        award = Money(report.award.amount, report.award.currency)
        messages.append(Message(text, used=Money(used, report.award.currency), award=award, cure="spending"))
    return messages


def _line(report: Report, spending: ReportSpending) -> Message | None:
    what, agreed = spending.line.what, spending.line.agreed
    if _place(spending) in report.unread:
        return _unread(report, spending, what)
    if spending.spent is None:
        return Message(
            "Enter the amount spent on “%(line)s”. If nothing was spent, enter 0.", line=what, cure=_place(spending)
        )
    if spending.spent > agreed * TOLERANCE and not spending.explanation.strip():
        text = N_("Enter the reason why “%(line)s” is more than 10%% over the allocated amount.")
        return Message(text, line=what, cure=f"line_{spending.id}_explanation")
    return None


def _unread(report: Report, row: ReportFigure | ReportSpending, name: str) -> Message:
    place = _place(row)
    return Message(
        "Enter a number for “%(name)s”: “%(text)s” is not a number.", name=name, text=report.unread[place], cure=place
    )


def _place(row: ReportFigure | ReportSpending) -> str:
    """The name of the form field that holds its number."""
    return f"figure_{row.id}_actual" if isinstance(row, ReportFigure) else f"line_{row.id}_spent"
