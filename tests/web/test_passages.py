"""The passages of the proposal that a reviewer sees beside the scores, in each programme and stage."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Application, Assignment
from grants.services import persons, transitions
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import browser
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

BTN_L = (
    "Mission and themes",
    "Problem and people",
    "Sustainability",
    "Activities by month",
    "Title and summary",
    "Team",
    "Outcomes and indicators",
    "Budget",
)
BTN_S = ("The project", "The project", "Activities and indicator", "Activities and indicator", "Budget")
STATEMENT = ("Research question", "Research question", "Research question", "Title and summary", "Team")
URGENT = ("Alert", "The first weeks", "Alert", "The first weeks", "Title and summary", "Budget")


def to_review(code: str) -> Application:
    """An application of the programme in its first review, which Rex has opened."""
    world = w.build(programmes=(code,))
    with transaction():
        world.people["lab1"] = w.person("lab1")
        world.chapters["lab"] = w.organisation("Laboratory", "KE", "en", kind="university")
        persons.join(world.people["lab1"], world.chapters["lab"], actor=w.SYSTEM)
    if code == "DRR":
        row = w.draft(world, code)
        w.apply(world, row, "alert", "mg1", Role.APPLICANT)
        w.apply(world, row, "accept", "olga", Role.OFFICER)
        w.fill(row, 9_000, world.actor("mg1", Role.APPLICANT, world.chapters["mg"]))
        w.apply(world, row, "submit", "mg1", Role.APPLICANT)
    else:
        row = w.in_review(world, code, "lab" if code == "RES" else "mg", amount=4_000)
    with transaction():
        found = assignments.assign(
            application=row, reviewer=world.people["rex"], actor=world.actor("olga", Role.OFFICER)
        )
    with transaction():
        transitions.apply(found, "clear", actor=world.actor("rex", Role.REVIEWER), answers={"none": True})
    return row


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("BTN-L", BTN_L),
        ("BTN-S", BTN_S),
        ("RES", (*STATEMENT, "Research question", "Budget")),
        ("DRR", URGENT),
    ],
)
def test_every_criterion_has_its_passage(app: Flask, code: str, shown: tuple[str, ...]) -> None:
    with app.app_context():
        to_review(code)
        id = db.session.query(Assignment).one().id

    page = browser(app, "rex").get(f"/reviews/{id}?part=scores").get_data(as_text=True)

    titles = re.findall(
        r'<details class="passage" open><summary>(?:In the proposal|Earlier stage): (.*?)</summary>', page
    )
    assert tuple(titles) == shown
    assert page.count("Earlier stage: Alert</summary>") == 2 * (code == "DRR")


def test_further_passages_are_links_to_the_proposal(app: Flask) -> None:
    with app.app_context():
        to_review("DRR")
        id = db.session.query(Assignment).one().id

    client = browser(app, "rex")
    page = client.get(f"/reviews/{id}?part=scores")

    links = {link for link in page.page.hrefs if "#read-" in link}
    assert links == {f"/reviews/{id}?part=proposal#read-{key}" for key in ("partners", "in_short", "alert")}
    proposal = client.get(f"/reviews/{id}?part=proposal").get_data(as_text=True)
    assert [link for link in links if f'id="{link.partition("#")[2]}"' not in proposal] == []
