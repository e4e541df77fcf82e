"""Texts of mails: amounts and dates, in the language and format of the reader."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from babel.dates import format_datetime
from flask import Flask

from grants.db import db, today, transaction
from grants.language import of_mail
from grants.models import Call, Document, Outbox
from grants.services import transitions
from grants.services.applications import submissions
from tests import world as w
from tests.prepared import Prepare
from workflows.deadlines import SIGNING_DAYS
from workflows.engine.message import Message
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Every test begins with one open call."""
    return prepare("one_call", lambda: w.build(programmes=("BTN-L",)))


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


def reported(language: str = "en") -> list[str]:
    """The texts of all mails in that language, oldest first, without duplicates."""
    mails = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id)
    wording = of_mail(language)
    texts: list[Any] = [mail.args["text"] for mail in mails]
    return [*dict.fromkeys(wording.translate(Message.from_json(text)) for text in texts)]


AWARDED = {
    "en": (
        "We have awarded your project USD\xa010,000.00. Read and sign the agreement online by {day}. Open the page "
        "below to read the award letter and the agreement."
    ),
    "fr": (
        "Nous avons attribué 10\u202f000,00\xa0USD à votre projet. Lisez et signez la convention en ligne au plus "
        "tard le {day}. Vous trouverez la lettre d’attribution et la convention à signer sur la page ci-dessous."
    ),
    "es": (
        "Hemos concedido 10.000,00\xa0USD a su proyecto. Lea y firme el convenio en línea a más tardar el {day}. "
        "Encontrará la carta de concesión y el convenio en la página indicada abajo."
    ),
    "ar": (
        "منحنا مشروعكم \u2066USD\xa010,000.00\u2069. اقرأوا الاتفاقية ووقّعوها إلكترونيًا في موعد أقصاه {day}. "
        "افتحوا الصفحة أدناه لقراءة خطاب المنح والاتفاقية."
    ),
}


@pytest.mark.ground("awarded")
@pytest.mark.parametrize("language", list(AWARDED))
def test_a_mail_is_in_the_language_of_its_recipient(app: Flask, language: str) -> None:
    with app.app_context():
        text_found = reported(language)[-1]
        day = of_mail(language).translate(Message("%(day)s", day=today() + timedelta(days=SIGNING_DAYS)))

    assert text_found == AWARDED[language].format(day=day)


@pytest.mark.ground("active")
def test_the_mail_about_a_payment_names_the_amount_paid_to_each(app: Flask, world: w.World) -> None:
    with app.app_context():
        w.paid(world, w.award_of(w.first()), w.active(world, chapter="bo", amount=5_000))

        text_found = reported()[-2:]

    assert text_found == [
        f"The bank has confirmed our payment of USD\xa0{sum_} to your organisation."
        for sum_ in ("6,000.00", "3,000.00")
    ]


@pytest.mark.ground("active")
def test_the_mails_about_a_report_name_it(app: Flask, world: w.World) -> None:
    with app.app_context():
        report = w.received(world, w.award_of(w.first()), 1)
        w.apply(world, report, "send_back", "olga", Role.OFFICER, question="Who wrote the story?")
        w.apply(world, report, "send", "mg1", Role.APPLICANT)
        w.apply(world, report, "approve", "olga", Role.OFFICER)

        text_found = reported()[-2:]

    assert text_found == [
        (
            "We have questions about your interim report:\n\nWho wrote the story?\n\n"
            "Update the report and submit it again."
        ),
        "We have approved your interim report. You do not need to do anything more for this report.",
    ]


def test_the_mail_about_an_answer_keeps_the_reference_number(app: Flask, world: w.World) -> None:
    with app.app_context():
        row = asked(world)
        w.apply(world, row, "answer", "mg1", Role.APPLICANT)

        texts = [text for text in reported() if "e received your" in text]

    assert len(texts) == 2
    assert texts[0].startswith("We received your proposal on ")
    assert ", we received your answer to our question about your proposal." in texts[1]
    assert f"The reference number is still {row.reference}." in texts[1]


def test_the_receipt_for_an_answer_names_the_first_receipt(app: Flask, world: w.World) -> None:
    with app.app_context():
        row = asked(world)
        w.apply(world, row, "answer", "mg1", Role.APPLICANT)

        first, second = db.session.query(Document).filter_by(kind="receipt").order_by(Document.id)

        assert first.snapshot
        assert second.snapshot
        assert "replaces" not in first.snapshot.data
        assert second.snapshot.data["replaces"] == first.number


@pytest.mark.ground("active")
def test_the_mail_about_a_signed_agreement_names_the_days_of_the_project(app: Flask) -> None:
    with app.app_context():
        award = w.award_of(w.first())
        starts, ends = (
            of_mail("fr").translate(Message("%(day)s", day=day)) for day in (award.starts_on, award.ends_on)
        )

        text_found = next(text for text in reported("fr") if "convention, qui" in text)

    assert text_found.endswith(f"Le projet se déroule du {starts} au {ends}.")


def test_the_mail_about_a_decision_names_the_last_day_to_appeal(app: Flask, world: w.World) -> None:
    with app.app_context():
        row = w.submitted(world)
        w.apply(
            world, row, "not_eligible", "olga", Role.OFFICER, feedback="Your organisation " + "is no chapter yet " * 3
        )
        day = of_mail("en").translate(Message("%(day)s", day=today() + timedelta(days=30)))

        text_found = reported()[-1]

    assert "You will find the decision letter on your application page." in text_found
    assert text_found.endswith(f"you can appeal until {day}; the letter explains how.")


def asked(world: w.World) -> Any:
    """An application that was sent back to its authors with a question."""
    row = w.submitted(world)
    w.apply(world, row, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
    return row


def stored(kind: str) -> Any:
    """The facts of the newest document of that kind."""
    document = db.session.query(Document).filter_by(kind=kind).order_by(Document.id.desc()).first()
    assert document
    assert document.snapshot
    return document.snapshot.data


def test_a_decision_letter_gives_the_result_and_whether_others_are_undecided(app: Flask, world: w.World) -> None:
    with app.app_context():
        excluded, declined = w.submitted(world), w.in_review(world, chapter="bo")
        w.apply(world, excluded, "not_eligible", "olga", Role.OFFICER, feedback="No chapter yet. " * 4)
        first = stored("decline_letter")
        w.review(world, declined)
        w.apply(world, declined, "to_panel", "olga", Role.OFFICER)
        w.apply(world, declined, "recommend", "omar", Role.OFFICER, kind="decline", feedback="Too short. " * 6)
        with transaction():
            transitions.apply(declined.call, "close", actor=world.actor("olga", Role.OFFICER))
        w.apply(world, declined, "decline", "pia", Role.APPROVER, feedback="Too short. " * 6)
        last = stored("decline_letter")

    assert (first["eligible"], first["so_far"]) == (False, True)
    assert not {"eligible", "so_far", "stage"} & last.keys()


def test_the_mail_with_a_question_gives_its_deadline(app: Flask, world: w.World) -> None:
    with app.app_context():
        row = asked(world)
        until = row.step_at + timedelta(days=5)

        text_found = reported("fr")[-1]

    first = "'er'" if until.day == 1 else ""
    day = format_datetime(until, f"d{first} MMMM y 'à' HH:mm", locale="fr")
    assert text_found == (
        "Nous avons une question sur votre proposition\u202f:\n\nWho owns the mast?\n\n"
        "Répondez par écrit, mettez à jour votre proposition, ou faites les deux, puis déposez-la de nouveau. "
        f"Date limite\u202f: {day} UTC."
    )


def test_a_question_without_a_deadline_names_no_date(app: Flask, world: w.World) -> None:
    with app.app_context():
        call = db.session.get_one(Call, world.calls["BTN-L"].id)
        with transaction():
            call.rules = call.rules | {"clock": {}}
            w.recorded()
        row = asked(world)

        text_found = reported()[-1]

        assert submissions.answer_until(row) is None
    assert text_found.endswith("resubmit it by the date of our decision.")
