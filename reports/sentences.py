"""Conditions and duties of an award in words."""

from __future__ import annotations

from markupsafe import Markup

from reports.snapshots import Condition, Duty, Instalment
from reports.wording import Wording


def strong(text: str) -> Markup:
    """Text in bold."""
    return Markup("<strong>{}</strong>").format(text)


def link(address: str) -> Markup:
    """A web address one can follow, written without its scheme."""
    return Markup('<a href="{}">{}</a>').format(address, address.split("://", 1)[1])


class Sentences:
    """Says in one language what must be true and what must be done."""

    def __init__(self, words: Wording) -> None:
        self._words = words

    def conditions(self, instalment: Instalment) -> Markup:
        """When an instalment is paid: "the agreement is signed by both parties and …"."""
        if not instalment.conditions:
            return self._words.say("award.at_once")
        return self._words.all_of(self._condition(condition) for condition in instalment.conditions)

    def deed(self, duty: Duty) -> Markup:
        """A duty with its day in bold: "By 26 January 2026: sign agreement …"."""
        say = self._words.say
        deed = say(f"deed.{duty.deed}", about=duty.about, report=self._report(duty))
        return say("deed.line", by=strong(say("deed.by", day=self._words.day(duty.by))), deed=deed)

    def _condition(self, condition: Condition) -> Markup:
        day = self._words.day(condition.due_on) if condition.due_on else ""
        return self._words.say(f"condition.{condition.key}", report=self._report(condition), day=day)

    def _report(self, named: Condition | Duty) -> Markup:
        return self._words.say(f"report.{named.report}", number=named.report_number) if named.report else Markup()
