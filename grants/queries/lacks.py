"""What a report of a grantee still lacks before it can be sent, each with the place to mend it."""

from __future__ import annotations

from decimal import Decimal

from grants.models import Report, ReportFigure, ReportSpending
from workflows.printable import strange
from workflows.say import Money, Say

ZERO = Decimal(0)
TOLERANCE = Decimal("1.1")
"""Of what is agreed for a line, so much may be used without a reason."""


def of(report: Report) -> list[Say]:
    """Everything, in the order of the form."""
    return [*_words(report), *_figures(report), *_money(report)]


def _words(report: Report) -> list[Say]:
    asked = (
        ("summary", report.summary, "What was done"),
        ("setbacks", report.setbacks, "What did not work"),
        ("next_steps", report.next_steps, "What comes next"),
    )
    said = [
        Say("“%(label)s” is not answered.", label=label, cure=key) for key, text, label in asked if not text.strip()
    ]
    if report.story and not report.story_consent:
        said.append(Say("The story needs the consent of whoever tells it.", cure="story"))
    if report.story and not report.story_by.strip():
        said.append(Say("Say who tells the story, in the words they agree to.", cure="story_by"))
    return said + _unprintable(report)


def _unprintable(report: Report) -> list[Say]:
    """What stands in the impact report must be of characters that it can print."""
    texts = {name: getattr(report, name) for name in ("summary", "setbacks", "next_steps", "story", "story_by")}
    texts["figures"] = " ".join(figure.source for figure in report.figures)
    texts["spending"] = " ".join(spending.explanation for spending in report.spending)
    text = "There are characters that our reports cannot print: %(characters)s"
    return [Say(text, characters=found, cure=name) for name, written in texts.items() if (found := strange(written))]


def _figures(report: Report) -> list[Say]:
    said = []
    for figure in report.figures:
        if _place(figure) in report.unread:
            said.append(_unread(report, figure, figure.indicator.name))
        elif figure.actual is None:
            said.append(Say("Give the figure of “%(name)s”.", name=figure.indicator.name, cure="figures"))
    return said


def _money(report: Report) -> list[Say]:
    said = [say for spending in report.spending if (say := _line(report, spending))]
    used = sum((spending.spent or ZERO for spending in report.spending), ZERO)
    if used > report.award.amount:
        text = "The lines come to %(used)s; the grant is %(award)s. Count only what the grant pays for."
        award = Money(report.award.amount, report.award.currency)
        said.append(Say(text, used=Money(used, report.award.currency), award=award, cure="spending"))
    return said


def _line(report: Report, spending: ReportSpending) -> Say | None:
    what, agreed = spending.line.what, spending.line.agreed or ZERO
    if _place(spending) in report.unread:
        return _unread(report, spending, what)
    if spending.spent is None:
        return Say("Say what was used of “%(line)s”; 0 if nothing.", line=what, cure="spending")
    if spending.spent > agreed * TOLERANCE and not spending.explanation.strip():
        return Say("“%(line)s” is more than 10 %% over: say why.", line=what, cure="spending")
    return None


def _unread(report: Report, row: ReportFigure | ReportSpending, name: str) -> Say:
    place = _place(row)
    return Say("“%(name)s”: “%(text)s” cannot be read.", name=name, text=report.unread[place], cure=place)


def _place(row: ReportFigure | ReportSpending) -> str:
    """The field of its number, as the form names it."""
    return f"figure_{row.id}_actual" if isinstance(row, ReportFigure) else f"line_{row.id}_spent"
