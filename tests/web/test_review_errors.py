"""A review that cannot be submitted names everything that is wrong or missing at once."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests import world as scene
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.web.test_reviews import begin, ready, whole


@pytest.fixture(scope="session")
def ground(prepare: Prepare, in_review: str) -> str:
    """In every test Rex is invited to review a proposal."""
    return prepare("asked", begin, in_review)


def test_everything_wrong_or_missing_is_listed_at_once_in_the_order_of_the_page(app: Flask) -> None:
    """Until c30e42a an amount that could not be read hid what was missing."""
    with app.app_context():
        world = scene.found()
    ready(app, world, 1)
    client = signed_in(app, world.people["rex"])
    typed = {**whole(app, 1), "score_mission": "", "concerns": "", "fund": "", "amount": "tres mil"}

    answer = client.submit(client.get("/reviews/1"), "/reviews/1/send", **typed)

    listed = re.findall(r'<li><a href="#([^"]*)">([^<]*)</a></li>', answer.text.split("</ul></div>")[0])
    assert answer.status_code == 422
    assert [place for place, _ in listed] == ["criterion-mission", "concerns", "fund", "amount"]
    assert listed[-1][1] == "Recommended amount, USD: Enter an amount, such as 1,250."
    assert "Everything else is saved." in answer.text
