"""The flow engine: the tables it rejects, the transitions it offers, and its messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.workflows.examples import APPLICANT, APPROVER, NOON, OFFICER
from workflows.cases import ApplicationCase, Round
from workflows.engine.effects import Effect
from workflows.engine.flow import Field, Flow, Transition, TransitionNotAllowed, either, unanswered
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK, Actor, Role
from workflows.engine.steps import DECIDED, Holder, Step
from workflows.flows import assignment, payment
from workflows.flows.application import DISASTER, TWO_STAGES
from workflows.flows.panel import PANEL
from workflows.flows.standard import FLOWS
from workflows.programmes import programmes

SEND = Transition("send", "Send", ("draft",), "checks", (Role.APPLICANT,))
AWARD = Transition("award", "Award", ("checks",), "agreement", (Role.APPROVER,), effect=Effect.MAKE_AWARD)
SOUND = (SEND, AWARD)


def lost(*transitions: Transition) -> Callable[[], Flow]:
    """The creation of a flow, postponed until a test calls it."""
    return lambda: Flow("a flow", ("draft",), transitions)


UNKNOWN = lost(*SOUND, replace(SEND, key="lose", target="limbo"))
DOUBLED = lost(*SOUND, replace(SEND, title="Send again"))
SHADOWED = lost(*SOUND, replace(SEND, stage="proposal"))
STRANDED = lost(*SOUND, replace(SEND, key="reopen", source=("panel",)))
BY_ITSELF = lost(SEND, replace(AWARD, roles=(Role.CLOCK,)))

REFUSED = [
    (UNKNOWN, "a flow: unknown steps: limbo"),
    (DOUBLED, "a flow: duplicate transitions: send from draft"),
    (SHADOWED, "a flow: duplicate transitions: send from draft"),
    (STRANDED, "a flow: unreachable steps: panel"),
    (BY_ITSELF, "a flow: the clock must not apply award"),
]


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flows that are not checked when they are created."""

    def unchecked(self: Flow) -> None:
        object.__setattr__(self, "steps", ("draft", "checks", "agreement"))

    monkeypatch.setattr(Flow, "__post_init__", unchecked)


@pytest.mark.parametrize(("made", "reason"), REFUSED)
def test_an_inconsistent_table_is_rejected_by_name(made: Callable[[], Flow], reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        made()


@pytest.mark.parametrize(
    "effect", [Effect.MAKE_AWARD, Effect.APPROVE_BATCH, Effect.RELEASE_BATCH, Effect.APPROVE_REPORT]
)
def test_the_clock_never_applies_transitions_reserved_for_people(effect: Effect) -> None:
    with pytest.raises(ValueError, match="the clock must not apply award"):
        Flow("a flow", ("draft",), (SEND, replace(AWARD, roles=(Role.APPROVER, Role.CLOCK), effect=effect)))


@pytest.mark.usefixtures("unguarded")
def test_unchecked_an_unknown_step_breaks_only_when_a_case_reaches_it() -> None:
    case = ApplicationCase(arrived_at=NOON, step="limbo")

    with pytest.raises(KeyError, match="limbo"):
        UNKNOWN().objections("send", case, APPLICANT)


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("made", [DOUBLED, SHADOWED])
def test_unchecked_a_duplicate_row_is_offered_twice_and_applied_once(made: Callable[[], Flow]) -> None:
    offered = made().offered("draft", "proposal", [Role.APPLICANT])

    assert [transition.key for transition in offered] == ["send", "send"]
    assert made().transition("send", "draft", "proposal") is offered[0]


@pytest.mark.usefixtures("unguarded")
def test_unchecked_a_step_without_an_exit_offers_no_transition() -> None:
    flow = STRANDED()

    assert "panel" not in {transition.target for transition in flow.transitions}
    assert [transition.key for transition in flow.offered("panel", "", [Role.APPLICANT])] == ["reopen"]


@pytest.mark.usefixtures("unguarded")
def test_unchecked_the_clock_awards_money() -> None:
    case = ApplicationCase(arrived_at=NOON, step="checks", answers={"amount": Decimal(1)})

    assert BY_ITSELF().outcome("award", case, CLOCK).effect is Effect.MAKE_AWARD


def test_every_role_except_the_clock_is_a_person() -> None:
    with pytest.raises(ValueError, match="only the clock acts without a person"):
        Actor(None, Role.OFFICER)
    with pytest.raises(ValueError, match="only the clock acts without a person"):
        Actor(7, Role.CLOCK)


def test_a_transition_at_the_wrong_step_is_refused_naming_both_steps() -> None:
    case = ApplicationCase(arrived_at=NOON, step="draft")

    text_found = Flow("a flow", ("draft",), SOUND).objections("award", case, APPROVER)

    assert text_found == (
        Message(
            "“%(title)s” is not available at the step “%(step)s”. Reload the page to see what you can do now.",
            title=Message("Award"),
            step=Message("Draft"),
        ),
    )


def test_an_unknown_transition_is_refused_and_does_not_raise() -> None:
    text_found = Flow("a flow", ("draft",), SOUND).objections("fly", ApplicationCase(arrived_at=NOON), APPLICANT)

    assert text_found == (Message("This action is not available. Reload the page to see what you can do now."),)


def test_a_transition_of_another_role_is_refused_before_its_rules_are_checked() -> None:
    def never(case: ApplicationCase, actor: Actor) -> Message:
        raise AssertionError("asked on behalf of somebody who may not know")

    flow = Flow("a flow", ("draft",), (replace(SEND, guards=(never,)), AWARD))

    assert flow.objections("send", ApplicationCase(arrived_at=NOON), OFFICER) == (
        Message(
            "You don’t have permission to do this. You need the role %(roles)s.",
            roles=Message("“%(role)s”", role=Message("Applicant")),
        ),
    )


def test_each_role_that_can_act_is_named_in_its_own_quotation_marks() -> None:
    assert str(either((Role.OFFICER, Role.APPROVER))) == "“Programme officer” or “Approver”"


def test_all_reasons_are_given_at_once() -> None:
    def one(case: ApplicationCase, actor: Actor) -> Message:
        return Message("One.")

    def two_more(case: ApplicationCase, actor: Actor) -> tuple[Message, ...]:
        return Message("Two."), Message("Three.")

    flow = Flow(
        "a flow", ("draft",), (replace(SEND, guards=(one, two_more), fields=(Field("why", "text", "Why"),)), AWARD)
    )
    case = ApplicationCase(arrived_at=NOON)

    with pytest.raises(TransitionNotAllowed) as objected:
        flow.outcome("send", case, APPLICANT)

    assert [str(message) for message in objected.value.reasons] == [
        "One.",
        "Two.",
        "Three.",
        "Enter an answer to “Why”.",
    ]


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        (None, ["Enter an answer to “Why”."]),
        ("", ["Enter an answer to “Why”."]),
        ("  \n", ["Enter an answer to “Why”."]),
        (" two  words ", ["Enter at least 3 words in “Why”."]),
        ("three whole words", []),
    ],
)
def test_a_length_limit_counts_words_not_spaces(answer: str | None, reasons: list[str]) -> None:
    text_found = unanswered(replace(SEND, fields=(Field("why", "text", "Why", words=3),)), {"why": answer})

    assert [str(message) for message in text_found] == reasons


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_exactly_the_fields_labelled_as_required_are_required(flow: Flow) -> None:
    for transition in flow.transitions:
        missing = [message.cure for message in unanswered(transition, {})]
        assert missing == [field.key for field in transition.fields if field.required]


def test_a_box_that_is_not_ticked_is_answered_with_its_own_sentence() -> None:
    read = Field("read", "tick", "I have read it", missing="Confirm that you have read it.")

    assert [str(message) for message in unanswered(replace(SEND, fields=(read,)), {})] == [
        "Confirm that you have read it."
    ]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_every_form_has_a_heading_for_a_refusal(flow: Flow) -> None:
    forms = [transition for transition in flow.transitions if transition.fields or transition.final]

    assert [transition.title for transition in forms if not transition.not_done] == []


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_every_required_field_says_what_to_enter(flow: Flow) -> None:
    required = [field for transition in flow.transitions for field in transition.fields if field.required]

    assert [field.label for field in required if not field.missing] == []


@pytest.mark.parametrize(("answer", "reasons"), [("yes", []), ("maybe", ["Enter an answer to “Fund it”."])])
def test_a_choice_must_be_one_of_its_options(answer: str, reasons: list[str]) -> None:
    fund = Field("fund", "choice", "Fund it", options=(("yes", "Yes"), ("no", "No")))

    assert [str(message) for message in unanswered(replace(SEND, fields=(fund,)), {"fund": answer})] == reasons


@pytest.mark.parametrize("step", ["agreement", "approved", "released"])
def test_the_clock_never_reaches_a_step_reserved_for_people(step: str) -> None:
    with pytest.raises(ValueError, match="the clock must not apply award"):
        Flow("a flow", ("draft",), (SEND, replace(AWARD, target=step, roles=(Role.CLOCK,), effect=None)))


def test_a_step_can_have_its_own_label_and_holder_in_one_flow() -> None:
    removed = assignment.FLOW.step("released")

    assert (removed.word, removed.holder) == ("Removed", Holder.NOBODY)
    assert payment.BATCH.step("released").word == "Released"
    assert payment.BATCH.step("withdrawn").word == "Cancelled"
    assert PANEL.step("withdrawn").word == "Withdrawn"


def test_a_label_for_a_step_that_the_flow_does_not_have_is_rejected() -> None:
    panel = Step("panel", "Committee", Holder.OURS)

    with pytest.raises(ValueError, match=r"^a flow: unreachable steps: panel$"):
        Flow("a flow", ("draft",), SOUND, own_steps=(panel,))


def test_each_stage_is_submitted_by_a_button_of_its_name() -> None:
    buttons = [
        (flow.transition(key, step, stage) or SEND).title
        for flow, key, step, stage in (
            (TWO_STAGES, "submit", "draft", "statement"),
            (TWO_STAGES, "answer", "question", "statement"),
            (TWO_STAGES, "submit", "draft", "proposal"),
            (TWO_STAGES, "answer", "question", "proposal"),
            (DISASTER, "alert", "draft", "alert"),
            (DISASTER, "submit", "draft", "proposal"),
        )
    ]

    assert buttons == [
        "Submit statement of interest",
        "Resubmit statement of interest",
        "Submit proposal",
        "Resubmit proposal",
        "Submit alert",
        "Submit mini-proposal",
    ]


def test_changing_a_copy_of_a_flow_leaves_the_original_unchanged() -> None:
    flow = Flow("a flow", ("draft",), SOUND)

    changed = flow.changed(replace(AWARD, roles=(Role.OFFICER,)), name="another")

    assert [transition.roles for transition in changed.transitions] == [(Role.APPLICANT,), (Role.OFFICER,)]
    assert [transition.roles for transition in flow.transitions] == [(Role.APPLICANT,), (Role.APPROVER,)]
    assert (changed.name, flow.name) == ("another", "a flow")


def test_removing_a_row_that_others_need_is_rejected() -> None:
    with pytest.raises(ValueError, match="unreachable steps: agreement, checks"):
        Flow("a flow", ("draft",), SOUND).changed(without=("send",))


def test_only_the_rows_of_the_clock_are_timed() -> None:
    late = Transition("late", "Late", ("checks",), "checks", (Role.CLOCK,), time_limit="review")
    slow = replace(SEND, time_limit="question")

    assert Flow("a flow", ("draft",), (slow, AWARD, late)).timed() == (late,)


REMIND = Transition("late", "Late", ("checks",), "checks", (Role.CLOCK,), time_limit="review")
EXPIRE = Transition("expire", "Expire", ("checks",), "draft", (Role.CLOCK, Role.OFFICER), time_limit="review")
TIMED = Flow("a flow", ("draft",), (SEND, AWARD, REMIND, EXPIRE))
HOUR = timedelta(hours=1)


def waiting(**facts: Any) -> ApplicationCase:
    """A case that reached its step at noon, under a limit of twelve hours."""
    limits = Round(clock={"review_hours": 12})
    return ApplicationCase(**{"step": "checks", "step_at": NOON, "round": limits, **facts})


@pytest.mark.parametrize(
    ("key", "case", "reasons"),
    [
        ("expire", waiting(arrived_at=NOON + 12 * HOUR), ["The time limit ends on 2026-12-01 00:00:00+00:00."]),
        ("expire", waiting(arrived_at=NOON + 12 * HOUR + timedelta(microseconds=1)), []),
        ("expire", waiting(arrived_at=NOON + 13 * HOUR, reminded_at=NOON + 12 * HOUR), []),
        ("late", waiting(arrived_at=NOON + 13 * HOUR), []),
        (
            "late",
            waiting(arrived_at=NOON + 13 * HOUR, reminded_at=NOON + 12 * HOUR),
            ["The time limit ends on 2026-12-01 12:00:00+00:00."],
        ),
        ("late", waiting(arrived_at=NOON + 25 * HOUR, reminded_at=NOON + 12 * HOUR), []),
        ("late", waiting(arrived_at=NOON + 99 * HOUR, round=Round()), ["This step has no time limit."]),
        ("late", waiting(arrived_at=NOON + 99 * HOUR, step_at=None), ["This step has no time limit."]),
    ],
)
def test_the_clock_applies_a_transition_only_after_its_time_limit(
    key: str, case: ApplicationCase, reasons: list[str]
) -> None:
    assert [str(message) for message in TIMED.objections(key, case, CLOCK)] == reasons


def test_a_time_limit_does_not_bind_people() -> None:
    assert TIMED.objections("expire", waiting(arrived_at=NOON), OFFICER) == ()


def test_no_application_returns_from_a_decision_to_a_step_before_it() -> None:
    """Commands that hold only what is undecided rest on this (`grants.queries.reviews.assignments.counting`)."""
    back = [
        (programme.code, row.key)
        for programme in programmes().values()
        for row in programme.flow.transitions
        if DECIDED & set(row.source) and row.target not in DECIDED
    ]

    assert back == []
