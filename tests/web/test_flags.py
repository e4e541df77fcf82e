"""The flags of a country are explained wherever they are shown."""

from __future__ import annotations

import pytest
from flask import Flask

from tests import world as w
from tests.browser import signed_in


@pytest.mark.ground("in_review")
@pytest.mark.parametrize("path", ["/applications", "/applications/1"])
def test_a_flag_is_shown_with_its_full_name(app: Flask, path: str) -> None:
    with app.app_context():
        client = signed_in(app, w.found().people["olga"])

    assert "Least developed country (LDC)" in client.get(path).page.text
