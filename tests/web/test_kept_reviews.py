"""A review on a phone whose line goes down, in Chromium: the answers stay on the phone until they are saved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Route

from grants.db import db, transaction
from grants.models import Application, Assignment, Review
from grants.services import transitions
from grants.services.refusals import Refused
from grants.services.reviews import assignments, scores
from tests import world as scene
from tests.browser import Careful, browser
from tests.prepared import Prepare
from tests.web.bridged import bridged, opened, typed
from tests.web.writing import AUTO, single
from tests.world import WHY
from workflows.engine.message import Message
from workflows.engine.roles import Role

pytestmark = pytest.mark.system

PHONE = {"width": 390, "height": 844}
SCORES = "http://localhost/reviews/1?part=scores"
BAR = "#criterion-mission .onward"
KEPT = f"{BAR} [data-kept]"
BOTH = ".notice.cannot:has(dl)"
NOTICE = "[data-notices] .notice"
TYPED = "Every activity serves the mission, and the village council asked for the network in writing this year."


@pytest.fixture(scope="session")
def ground(prepare: Prepare, in_review: str) -> str:
    """Rex has declared that there is no conflict of interest."""
    return prepare("kept_reviews", begin, in_review)


def begin() -> None:
    """Fill the database."""
    world, row = scene.found(), scene.first()
    with transaction():
        review = assignments.assign(
            application=row, reviewer=world.people["rex"], actor=world.actor("olga", Role.OFFICER)
        )
    with transaction():
        transitions.apply(review, "clear", actor=world.actor("rex", Role.REVIEWER), answers={"none": True})


@pytest.fixture(scope="module")
def phone() -> Iterator[Page]:
    """A window of Chromium at the size of a phone."""
    with opened() as found:
        found.set_viewport_size(PHONE)  # type: ignore[arg-type]
        yield found


@pytest.fixture
def window(app: Flask, phone: Page) -> Iterator[Page]:
    """The window. After the test its page ends before the database, so that nothing is saved late into the next one."""
    assert app
    yield phone
    phone.goto("about:blank")


@dataclass
class Line:
    """The line to the server. down: nothing that is sent arrives."""

    down: bool = False

    def carry(self, route: Route) -> None:
        """Pass a request on, or lose it."""
        if route.request.method == "POST" and self.down:
            route.abort("internetdisconnected")
        else:
            route.fallback()


def looking(app: Flask, window: Page) -> tuple[Careful, Line]:
    """Rex looks at the scores."""
    client, line = browser(app, "rex"), Line()
    bridged(window, client).route("http://localhost/reviews/*", line.carry)
    window.goto(SCORES)
    window.evaluate("localStorage.clear()")
    return client, line


def offline(app: Flask, window: Page) -> tuple[Careful, Line]:
    """Rex has written a comment while the line is down."""
    client, line = looking(app, window)
    line.down = True
    choose(window, 4)
    typed(window, "comment_mission", TYPED)
    window.wait_for_selector(KEPT)
    return client, line


def choose(window: Page, points: int) -> None:
    """Select a score of the first criterion."""
    window.locator(f'[name="score_mission"][value="{points}"]').check()


def stored(window: Page) -> dict[str, Any]:
    """What is stored on the phone."""
    found: dict[str, Any] = json.loads(window.evaluate("JSON.stringify({ ...localStorage })"))
    return found


def held(app: Flask) -> tuple[int | None, str]:
    """The saved score and comment of the first criterion."""
    with app.app_context():
        scores = {one.criterion: one for one in db.session.query(Review).one().scores}
        return (scores["mission"].points, scores["mission"].comment) if "mission" in scores else (None, "")


def saved_elsewhere(client: Careful, **fields: str) -> None:
    """Save the review in another window."""
    sent = single(client.get("/reviews/1").page.form("/reviews/1")) | fields
    assert client.post("/reviews/1", data=sent, headers=AUTO).status_code == 200


def test_the_bar_follows_the_choice(app: Flask, window: Page) -> None:
    looking(app, window)
    before = window.inner_text(BAR)

    choose(window, 3)

    assert before.split("\n")[0] == "No score yet"
    assert window.inner_text(BAR).split("\n")[:2] == ["Score 3", "9 of 15 points"]
    assert window.locator(f"{BAR} .standing > :visible").count() == 1


def test_without_script_the_bar_shows_the_saved_score(app: Flask, window: Page) -> None:
    client = browser(app, "rex")
    saved_elsewhere(client, score_mission="2")

    bridged(window, client).route("**/*.js", lambda route: route.abort())
    window.goto(SCORES)

    assert window.inner_text(BAR).split("\n")[:2] == ["Score 2", "6 of 15 points"]


def test_answers_are_kept_while_the_line_is_down_and_the_bar_says_so(app: Flask, window: Page) -> None:
    offline(app, window)

    (key,) = stored(window)
    assert key.startswith("grants:person-")
    assert key.endswith(":/reviews/1")
    since = json.loads(stored(window)[key])["since"]
    assert window.inner_text(KEPT) == f"Stored on this device since {since} UTC"
    assert held(app) == (None, "")


def test_they_are_sent_when_the_line_is_back(app: Flask, window: Page) -> None:
    _, line = offline(app, window)

    line.down = False
    window.evaluate("dispatchEvent(new Event('online'))")
    window.wait_for_selector(KEPT, state="hidden")

    assert held(app) == (4, TYPED)
    assert stored(window) == {}


def test_they_return_with_the_page_and_are_sent(app: Flask, window: Page) -> None:
    _, line = offline(app, window)

    line.down = False
    window.goto(SCORES)
    window.wait_for_selector(KEPT, state="hidden", timeout=20_000)

    assert window.input_value("#comment_mission") == TYPED
    assert held(app) == (4, TYPED)


def test_a_newer_saved_version_is_not_overwritten_and_both_are_shown(app: Flask, window: Page) -> None:
    client, line = offline(app, window)
    window.locator('[name="confidence"][value="2"]').check()
    saved_elsewhere(client, score_mission="1", comment_mission="Written at the desk.", confidence="3")

    line.down = False
    window.evaluate("dispatchEvent(new Event('online'))")
    window.wait_for_selector(f"{NOTICE}.cannot")

    assert held(app) == (1, "Written at the desk.")
    assert TYPED in str(stored(window))
    window.evaluate("document.getElementById('review').requestSubmit()")
    window.wait_for_selector(BOTH)
    shown = window.inner_text(BOTH)
    assert "Written at the desk." in shown
    assert "Fairly confident" in shown
    assert window.input_value("#comment_mission") == TYPED
    assert held(app) == (1, "Written at the desk.")


def test_what_is_typed_after_that_stays_on_the_phone_too(app: Flask, window: Page) -> None:
    client, line = offline(app, window)
    saved_elsewhere(client, comment_mission="Written at the desk.")
    line.down = False
    window.evaluate("dispatchEvent(new Event('online'))")
    window.wait_for_selector(f"{NOTICE}.cannot")

    typed(window, "strengths", "A later sentence")
    window.wait_for_timeout(1_500)

    assert "A later sentence" in str(stored(window))
    assert held(app)[1] == "Written at the desk."


def test_a_save_whose_answer_was_lost_is_no_conflict(app: Flask) -> None:
    client = browser(app, "rex")
    sent = single(client.get("/reviews/1").page.form("/reviews/1")) | {"score_mission": "4", "comment_mission": TYPED}
    client.post("/reviews/1", data=sent, headers=AUTO)

    again = client.post("/reviews/1", data=sent, headers=AUTO)
    other = client.post("/reviews/1", data=sent | {"confidence": "2"}, headers=AUTO)

    assert (again.status_code, other.status_code, held(app)) == (200, 409, (4, TYPED))


def test_signing_out_removes_them(app: Flask, window: Page) -> None:
    offline(app, window)

    window.evaluate("addEventListener('submit', (event) => event.preventDefault())")
    window.locator("form[data-sign-out]").first.evaluate("one => one.requestSubmit()")
    window.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    assert stored(window) == {}


def submitted(app: Flask, client: Careful) -> None:
    """Submit the review in another window."""
    with app.app_context():
        rubric = db.session.query(Application).one().call.data.rubric
    fields = {f"{name}_{one.key}": text for one in rubric for name, text in (("score", "4"), ("comment", WHY))}
    fields |= {"strengths": WHY, "concerns": WHY, "fund": "yes", "amount": "9,000.00", "confidence": "4"}
    assert client.submit(client.get("/reviews/1"), "/reviews/1/send", **fields).status_code == 302
    with app.app_context():
        assert db.session.query(Assignment).one().step == "sent"


@pytest.mark.parametrize("path", ["/reviews?sent=1", "/reviews/1"])
def test_submitting_the_review_removes_them(app: Flask, window: Page, path: str) -> None:
    client, _ = offline(app, window)
    submitted(app, client)

    window.goto(f"http://localhost{path}")

    assert stored(window) == {}


def test_the_list_alone_does_not_remove_those_of_a_review_in_writing(app: Flask, window: Page) -> None:
    """Counter-test: the address of the list does not decide what was submitted."""
    offline(app, window)

    window.goto("http://localhost/reviews?sent=1")

    assert TYPED in str(stored(window))


def refuse(*_: object, **_values: object) -> None:
    """A rule that has changed meanwhile."""
    raise Refused(Message("It is too late."))


def test_what_was_typed_into_a_refused_review_is_listed_with_its_criteria(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(app, "rex")
    page = client.get("/reviews/1")
    monkeypatch.setattr(scores, "save", refuse)

    text = client.submit(page, "/reviews/1", score_mission="3", comment_mission="Short", comment_need="Long").text

    assert "<dt>Mission alignment</dt><dd>One activity serves the mission; the others do not.</dd>" in text
    assert "<dt>Mission alignment: Why this score?</dt><dd>Short</dd>" in text
    assert "<dt>Community need and impact: Why this score?</dt><dd>Long</dd>" in text
