"""The comment on a score is long enough or too short in every script, on the page and when the review is submitted."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Review
from tests import world as scene
from tests.browser import signed_in
from tests.prepared import Prepare
from tests.web.test_reviews import begin, ready, whole

HERE = "/reviews/1"
CHINESE = "这个项目的预算过低而且没有说明谁来维护桅杆我们建议申请人重新计算所有费用并说明谁负"
THAI = "โครงการนี้มีงบประมาณต่ำเกินไปและไม่ได้ระบุผู้ดูแล"


@pytest.fixture(scope="session")
def ground(prepare: Prepare, in_review: str) -> str:
    """In every test Rex is invited to review a proposal."""
    return prepare("asked", begin, in_review)


@pytest.mark.parametrize(
    ("comment", "status"), [(CHINESE, 302), (THAI, 302), ("太贵了", 422), ("Much too expensive", 422)]
)
def test_a_comment_without_spaces_has_as_many_words_as_it_has(app: Flask, comment: str, status: int) -> None:
    """CHINESE has 41 characters; a language that parts words by spaces would count one."""
    with app.app_context():
        world = scene.found()
    ready(app, world, 1)
    rex = signed_in(app, world.people["rex"])
    typed = {name: comment if name.startswith("comment_") else text for name, text in whole(app, 1).items()}

    answer = rex.submit(rex.get(HERE), f"{HERE}/send", **typed)

    assert len(CHINESE) == 41
    assert answer.status_code == status
    with app.app_context():
        assert (db.session.query(Review).one().assignment.step == "sent") is (status == 302)
