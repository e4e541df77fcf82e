"""What a report of a grantee still lacks before it can be sent, each with the place to mend it."""

from __future__ import annotations

from decimal import Decimal

from grants.models import Report
from workflows.printable import strange
from workflows.say import Money, Say

ZERO = Decimal(0)


def of(row: Report) -> list[Say]:
    """What a report still needs before it can be sent."""
    lacks = []
    for key, text, label in (
        ("summary", row.summary, "What was done"),
        ("setbacks", row.setbacks, "What did not work"),
        ("next_steps", row.next_steps, "What comes next"),
    ):
        if not text.strip():
            lacks.append(Say("“%(label)s” is not answered.", label=label, cure=key))
    if row.story and not row.story_consent:
        lacks.append(Say("The story needs the consent of whoever tells it.", cure="story"))
    if row.story and not row.story_by.strip():
        lacks.append(Say("Say who tells the story, in the words they agree to.", cure="story_by"))
    lacks += _unprintable(row)
    lacks += [
        Say("Give the figure of “%(name)s”.", name=f.indicator.name, cure="figures")
        for f in row.figures
        if f.actual is None
    ]
    for spending in row.spending:
        if spending.spent is None:
            lacks.append(
                Say("Say what was used of “%(line)s”; 0 if nothing.", line=spending.line.what, cure="spending")
            )
        elif spending.spent > (spending.line.agreed or ZERO) * Decimal("1.1") and not spending.explanation.strip():
            lacks.append(Say("“%(line)s” is more than 10 %% over: say why.", line=spending.line.what, cure="spending"))
    lacks += [
        Say("“%(text)s” cannot be read as a number.", text=text, cure=name) for name, text in sorted(row.unread.items())
    ]
    used = sum((spending.spent or ZERO for spending in row.spending), ZERO)
    if used > row.award.amount:
        text = "The lines come to %(used)s; the grant is %(award)s. Count only what the grant pays for."
        award = Money(row.award.amount, row.award.currency)
        lacks.append(Say(text, used=Money(used, row.award.currency), award=award, cure="spending"))
    return lacks


def _unprintable(row: Report) -> list[Say]:
    """What stands in the impact report must be of characters that it can print."""
    texts = {name: getattr(row, name) for name in ("summary", "setbacks", "next_steps", "story", "story_by")}
    texts["figures"] = " ".join(figure.source for figure in row.figures)
    texts["spending"] = " ".join(spending.explanation for spending in row.spending)
    text = "There are characters that our reports cannot print: %(characters)s"
    return [Say(text, characters=found, cure=name) for name, written in texts.items() if (found := strange(written))]
