"""Mails name what was submitted: an alert, a statement of interest or a proposal."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db
from grants.language import of_mail
from grants.models import Outbox
from tests import world as w
from workflows.engine.message import Message
from workflows.engine.roles import Role

FEEDBACK = "The event was not confirmed by a second source, which this call requires."


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Thank you for your alert. We are sorry to tell you that it does not meet the rules of this call"),
        ("fr", "Nous vous remercions de votre alerte. Nous sommes au regret de vous informer qu’elle ne respecte pas"),
        ("es", "Le agradecemos su alerta. Lamentamos comunicarle que no cumple las reglas de esta convocatoria"),
    ],
)
def test_a_mail_about_an_alert_calls_it_an_alert_and_thanks_for_it(app: Flask, language: str, sentence: str) -> None:
    with app.app_context():
        world = w.build(programmes=("DRR",))
        row = w.draft(world, "DRR")
        w.apply(world, row, "alert", "mg1", Role.APPLICANT)
        w.apply(world, row, "not_eligible", "olga", Role.OFFICER, feedback=FEEDBACK)
        mail = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id.desc()).first()

        assert mail is not None
        text: Any = mail.args["text"]
        assert of_mail(language).translate(Message.from_json(text)).startswith(sentence)
