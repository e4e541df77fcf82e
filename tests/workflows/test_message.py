"""A message keeps its text and values apart, and is unchanged by storage."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.message import Message, Money, Value
from workflows.engine.reworded import COUNTED, REWORDED

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False)
VALUES = st.one_of(
    st.text(),
    st.integers(),
    AMOUNTS,
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.builds(Money, AMOUNTS, st.sampled_from(["USD", "JPY", "KWD"])),
)
NAMES = st.text(ascii_lowercase, min_size=1).filter(lambda name: name != "cure")
TEXTS = st.text().filter(lambda text: text not in REWORDED and text not in COUNTED)


@given(TEXTS, st.dictionaries(NAMES, VALUES))
def test_a_stored_message_is_restored_with_the_same_values_and_types(text: str, values: dict[str, Value]) -> None:
    message = Message(text, **values)  # type: ignore[arg-type]

    back = Message.from_json(json.loads(json.dumps(message.as_json())))

    assert back == message
    assert [type(value) for value in back.values.values()] == [type(value) for value in values.values()]


def test_a_stored_text_that_was_reworded_is_restored_as_todays_text() -> None:
    stored = {"text": "Envelope raised by %(amount)s", "values": {"amount": {"amount": "60000", "currency": "USD"}}}

    restored = Message.from_json(stored)

    assert restored == Message("Envelope increased by %(amount)s", amount=Money(Decimal(60000), "USD"))


def test_a_stored_text_that_is_counted_today_is_restored_with_its_number() -> None:
    restored = Message.from_json({"text": "Batch prepared; payments: %(count)s", "values": {"count": 1}})

    assert str(restored) == "Batch prepared with 1 payment"


def test_a_stored_message_names_the_type_of_each_value() -> None:
    message = Message(
        "…",
        day=date(2026, 11, 30),
        at=datetime(2026, 11, 30, 23, 59, tzinfo=UTC),
        share=Decimal("0.10"),
        asked=Money(Decimal("12322.00"), "USD"),
        count=3,
        title="LabNet",
    )

    assert message.as_json() == {
        "text": "…",
        "values": {
            "day": {"on": "2026-11-30"},
            "at": {"at": "2026-11-30T23:59:00+00:00"},
            "share": {"number": "0.10"},
            "asked": {"amount": "12322.00", "currency": "USD"},
            "count": 3,
            "title": "LabNet",
        },
    }


@pytest.mark.parametrize("stored", [None, [], {}, {"on": 3}, {"at": "x", "on": "y"}, 1.5])
def test_a_stored_value_of_unknown_type_is_refused(stored: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        Message.from_json({"text": "…", "values": {"x": stored}})


def test_a_message_cannot_be_changed() -> None:
    message = Message("The call closed.")

    with pytest.raises(AttributeError):
        message.text = "The call is open."


def test_the_cure_belongs_to_the_message_but_is_not_stored() -> None:
    assert Message("No.", cure="budget") != Message("No.", cure="months")
    assert Message("No.", cure="budget").as_json() == Message("No.").as_json()


def test_a_message_with_values_may_contain_a_percent_sign() -> None:
    assert str(Message("At most %(share)s%%.", share=15)) == "At most 15%."


def test_a_counted_message_keeps_both_forms_when_it_is_stored() -> None:
    stored = json.loads(json.dumps(Message.counted("%(n)s review", "%(n)s reviews", n=2).as_json()))

    assert stored == {"text": "%(n)s review", "plural": "%(n)s reviews", "values": {"n": 2}}
    assert [str(Message.from_json(stored | {"values": {"n": n}})) for n in (0, 1, 2)] == [
        "0 reviews",
        "1 review",
        "2 reviews",
    ]


def test_a_value_that_is_a_message_is_restored_as_one() -> None:
    message = Message("“%(label)s” is missing.", label=Message("Title"))

    back = Message.from_json(json.loads(json.dumps(message.as_json())))

    assert back == message
    assert str(back) == "“Title” is missing."


def test_a_stored_text_is_read_in_its_present_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REWORDED, "It was sent", "Submitted")

    assert Message.from_json({"text": "It was sent", "values": {}}) == Message("Submitted")
