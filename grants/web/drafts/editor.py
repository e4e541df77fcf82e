"""The page of a draft: its form, the progress of each section, and the limits of the budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from babel.numbers import get_currency_precision
from flask import request, url_for
from flask_babel import gettext, ngettext

from grants.forms import numerals
from grants.forms.proposals import Part, Proposal, mark, typed
from grants.forms.questions import months_allowed
from grants.models import Application, ApplicationSave, Draft
from grants.queries import history
from grants.queries.applications import drafts, statuses
from grants.queries.cases.proposals import current, drafted_against
from grants.web.applications import status
from grants.web.drafts import replies
from grants.web.site.authorization import principal
from grants.web.site.autosave import Saved, owner, part
from grants.web.site.components import Problem
from grants.web.site.formats import amount, clock, in_sentence, percent, translate
from grants.web.site.headers import arrived_at
from workflows.forms.completeness import Content, SectionState, states
from workflows.forms.contents import REPLY
from workflows.programme import Question, Stage
from workflows.rules.budgets import Above, Share
from workflows.words import words

MARKS = {"full": "full", "part": "half", "empty": "ring", "free": "free"}


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """An application with the content of its draft, as its authors see it; once it is sent, with what was sent."""

    application: Application
    row: Draft
    content: Content

    @classmethod
    def of(cls, application: Application) -> OpenDraft:
        """Load the draft of an application."""
        return cls(application, drafts.of(application), current(application))

    @property
    def title(self) -> str:
        """The title of the project as written so far."""
        return self.content.title or gettext("Untitled application")

    @property
    def reply(self) -> str:
        """The answer to the officer's question, as written so far or as sent."""
        if self.application.step in drafts.WRITABLE:
            return str(self.content.answers.get(REPLY) or "")
        sent = self.application.submission
        return sent.written.answer if sent is not None else ""

    @property
    def stage(self) -> Stage:
        """The stage that the draft belongs to."""
        return self.application.call.data.stage(self.application.stage)

    @property
    def noun(self) -> str:
        """What is written in this stage, as part of a sentence, such as “alert” or “mini-proposal”."""
        return in_sentence(translate(self.stage.title))

    @property
    def currency(self) -> str:
        """The call's currency."""
        return self.application.call.currency

    @property
    def states(self) -> tuple[SectionState, ...]:
        """The progress of each section, including violations of the call's rules."""
        return states(self.stage, self.content, drafted_against(self.application, self.content, arrived_at()))

    def form(self, more: str = "") -> Proposal:
        """The form filled with the stored content."""
        months = months_allowed(self.application.call.data)
        return Proposal(self.stage, self.currency, typed(self.stage, self.content), more=more, months=months)


@dataclass(frozen=True, slots=True)
class SectionLink:
    """A line of the list of sections. mark: full, half, ring, or free for an empty optional section.

    required: whether it has a question that must be answered, so that it counts.
    """

    title: str
    url: str
    mark: str
    note: str
    required: bool


@dataclass(frozen=True, slots=True)
class SectionFold:
    """A section of the form. state: its progress as text; tone: “soon” if something is missing; open: expanded.

    rule: a rule of the call about its answers, as a sentence; empty if there is none.
    """

    number: int
    part: Part
    state: str
    tone: str
    open: bool
    rule: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the call for the budget. figure: the limit or the share reached; share: percent of the limit used."""

    name: str
    figure: str
    share: float
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class BudgetSum:
    """What the page needs to add up a budget as the server does.

    amount: the amount requested, as text. places: decimals of the currency. comma, dot: what these signs mean to the
    writer. signs: what may stand beside an amount, separated by spaces.
    """

    amount: str
    places: int
    comma: str
    dot: str
    signs: str


@dataclass(frozen=True, slots=True)
class DraftPage:
    """The page on which a proposal is written.

    noun: what is written in this stage, as part of a sentence. marks: a hash of each stored answer, by question. saved:
    time of the last save. owner: whose unsent text the browser keeps. lost: rejected saves to choose from. question:
    what the officer asks; reply: the answer as written so far; reply_errors: why it cannot be sent.
    """

    application: Application
    title: str
    version: int
    noun: str
    parts: tuple[SectionFold, ...]
    rail: tuple[SectionLink, ...]
    rules: tuple[Limit, ...]
    marks: Mapping[str, str]
    saved: str
    owner: str
    deadline: datetime | None
    lost: Sequence[ApplicationSave]
    question: str
    reply: str
    reply_errors: Sequence[str]
    sum: BudgetSum
    wrong: tuple[Problem, ...]


def draft_page(draft: OpenDraft, form: Proposal) -> DraftPage:
    """The form with the progress of its sections and the limits of its budget."""
    application, beside = draft.application, list(replies.problems(draft.application, draft.reply))
    return DraftPage(
        application=application,
        title=draft.title,
        version=draft.row.version,
        noun=draft.noun,
        parts=tuple(_folds(draft, form)),
        rail=rail(draft),
        rules=rules(draft),
        marks=draft.form().marks() | {REPLY: mark(draft.reply)},
        saved=clock(draft.row.saved_at),
        owner=owner(),
        deadline=status.deadline(application, statuses.of([application])[application.id]),
        lost=drafts.lost([application], principal()),
        question=asked_of(application),
        reply=draft.reply,
        reply_errors=[text for _, text in beside],
        sum=_sum(draft),
        wrong=tuple(Problem(text, f"#{id}") for id, text in (*beside, *form.wrong)),
    )


def _sum(draft: OpenDraft) -> BudgetSum:
    habits = numerals.habits()
    return BudgetSum(
        amount=amount(draft.content.asked, draft.currency, code=False),
        places=get_currency_precision(draft.currency),
        comma=habits.comma,
        dot=habits.dot,
        signs=" ".join(sorted(numerals.signs(draft.currency))),
    )


def asked_of(application: Application) -> str:
    """The officer's question, while the proposal is sent back for an answer; else empty."""
    if application.step != "question":
        return ""
    return next(
        (event.words.get("question", "") for event in history.of(application, principal()) if event.key == "ask"), ""
    )


def saved(draft: OpenDraft, form: Proposal) -> Saved:
    """The answer to an automatic save: the list of sections, the state of each, and the limits of the budget."""
    parts = {
        "section-list": part("macros/sections.html", "section_list", rail(draft)),
        "budget-rules": part("macros/budget.html", "rules", rules(draft)),
    }
    for state in draft.states:
        id = f"section-{state.section.key}"
        parts[f"{id}-state"] = part("macros/sections.html", "fold_state", id, *_state(state))
    lacking = [message.cure for state in draft.states for message in state.problems if message.cure]
    wrong = [id for id, _ in (*replies.problems(draft.application, draft.reply), *form.wrong)]
    return Saved(clock(draft.row.saved_at), draft.row.version, parts, wrong, lacking)


def rail(draft: OpenDraft) -> tuple[SectionLink, ...]:
    """The list of sections shown beside the form."""
    return tuple(
        SectionLink(
            title=translate(state.section.title),
            url=f"#part-{state.section.key}",
            mark=MARKS[state.mark],
            note=_note(state, draft),
            required=any(question.required for question in state.section.questions),
        )
        for state in draft.states
    )


def _folds(draft: OpenDraft, form: Proposal) -> Iterator[SectionFold]:
    """The sections; expanded are the requested one, else the first incomplete one, and any with errors."""
    found = {state.section.key: state for state in draft.states}
    first = next((key for key, state in found.items() if state.problems), None)
    wanted = request.args.get("open", "") or _section_of(draft.stage, request.args.get("add", "")) or first
    for number_, section in enumerate(form.parts, 1):
        key = section.section.key
        state, tone = _state(found[key])
        yield SectionFold(
            number_,
            section,
            state,
            tone,
            open=key == wanted or section.wrong or len(found) == 1,
            rule=_partner_rule(draft) if draft.stage.question("partners") in section.section.questions else "",
        )


def _partner_rule(draft: OpenDraft) -> str:
    """From which amount the call requires an outside partner, as a sentence; empty if it never does."""
    rule = next((rule for rule in draft.application.call.data.rules if rule.key == "partner_above"), None)
    if rule is None:
        return ""
    above = amount(Above.model_validate(rule.params).amount, draft.currency, cents=False)
    return gettext("A grant above %(amount)s requires a partner from outside the Internet Society.", amount=above)


def _section_of(stage: Stage, question: str) -> str:
    return next((s.key for s in stage.sections for q in s.questions if q.key == question), "")


def _state(state: SectionState) -> tuple[str, str]:
    if not state.problems:
        return gettext("optional") if state.mark == "free" else gettext("complete"), ""
    if state.mark == "empty":
        return gettext("not started"), ""
    return ngettext("%(num)s item needs attention", "%(num)s items need attention", len(state.problems)), "soon"


def _note(state: SectionState, draft: OpenDraft) -> str:
    """One short note: words of a text, lines of a table, or the amount requested."""
    if state.mark == "free":
        return gettext("optional")
    asked = state.section.questions
    kinds = {question.kind for question in asked}
    if "budget" in kinds:
        if not draft.content.lines:
            return gettext("nothing requested yet")
        return gettext("%(amount)s requested", amount=amount(draft.content.asked, draft.currency, cents=False))
    if kinds == {"tick"}:
        open_ = sum(not draft.content.answers.get(question.key) for question in asked)
        return ngettext("%(num)s to confirm", "%(num)s to confirm", open_) if open_ else gettext("all confirmed")
    if len(asked) == 1:
        return _count(asked[0], draft.content)
    return gettext("%(answered)s of %(questions)s answered", answered=state.answered, questions=state.questions)


def _count(question: Question, content: Content) -> str:
    given = content.answers.get(question.key)
    if question.kind == "table":
        return ngettext("%(num)s line", "%(num)s lines", len(given)) if given else gettext("none")
    if question.words:
        return gettext("%(count)s of %(most)s words", count=words(str(given or "")), most=question.words)
    return gettext("answered") if given else gettext("not answered")


def rules(draft: OpenDraft) -> tuple[Limit, ...]:
    """The totals of the budget against the call's limits, with what remains."""
    call, asked = draft.application.call, draft.content.asked
    params = {rule.key: rule.params for rule in call.data.rules}
    items = [_most(asked, call.data.most, draft.currency)] if "most" in params else []
    if "indirect" in params:
        indirect = sum((line.total for line in draft.content.lines if line.category == "indirect"), Decimal(0))
        items.append(_indirect(asked, indirect, Share.model_validate(params["indirect"]).percent, draft.currency))
    return tuple(items)


def _most(asked: Decimal, most: Decimal, currency: str) -> Limit:
    over, left = asked > most, amount(abs(most - asked), currency, code=False)
    return Limit(
        name=gettext("Maximum grant"),
        figure=amount(most, currency, code=False),
        share=float(100 * asked / most),
        tone="c5" if over else "c1",
        text=gettext("%(amount)s over the limit", amount=left) if over else gettext("%(amount)s left", amount=left),
    )


def _indirect(asked: Decimal, indirect: Decimal, most: Decimal, currency: str) -> Limit:
    share = 100 * indirect / asked if asked else Decimal(0)
    return Limit(
        name=gettext("Indirect costs"),
        figure=percent(round(share, 1)),
        share=float(100 * share / most) if most else 100,
        tone="c5" if share > most else "c1",
        text=gettext(
            "%(amount)s (maximum %(most)s of the grant)",
            amount=amount(indirect, currency, code=False),
            most=percent(most),
        ),
    )


def open_url(application: Application, section: str) -> str:
    """The URL of the draft with this section expanded."""
    return url_for("drafts.write", id=application.id, open=section, _anchor=f"part-{section}")
