"""The figures and amounts of a report are read by the habits of its writer, or kept as typed until they can be."""

from __future__ import annotations

from html import unescape

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Report
from tests import world as w
from tests.browser import signed_in
from tests.web.writing import AUTO

HERE = "/reports/1/write"
BOTH = "«\u202f%s\u202f» peut signifier 1500 ou 1,5. Saisissez l’un de ces deux nombres."
FIGURE, AMOUNT = "Enter a number, such as 0 or 12.50.", "Enter an amount, such as 1,250."


@pytest.fixture(scope="session")
def ground(active: str) -> str:
    """Every test begins with a signed award of the Malagasy chapter, whose first report has the number 1."""
    return active


@pytest.mark.parametrize(
    ("language", "typed", "figure", "spent"),
    [
        ("en", "0,500", "0.5", "0.5"),
        ("en", "1,2345", "Enter at most three decimal places.", "at most 2 decimal places."),
        ("en", "1.500,000", "1500", "1500"),
        ("en", "1,500", "1500", "1500"),
        ("en", "1e3", "Enter the number in full, such as 100,000.", "Enter the number in full, such as 100,000."),
        ("en", "1_0", FIGURE, AMOUNT),
        ("en", "12,32,2.00", FIGURE, AMOUNT),
        ("en", "tres mil", FIGURE, AMOUNT),
        ("en", "tres mil " * 40 + "o más", FIGURE, AMOUNT),
        ("fr", "1,500", BOTH % "1,500", BOTH % "1,500"),
        ("fr", "1.500", BOTH % "1.500", BOTH % "1.500"),
    ],
)
def test_a_report_holds_what_its_writer_meant_or_nothing(
    app: Flask, language: str, typed: str, figure: str, spent: str
) -> None:
    with app.app_context(), transaction():
        w.found().people["mg1"].language = language
        w.recorded()
    with app.app_context():
        mia = signed_in(app, w.found().people["mg1"])

    form = mia.get(HERE).page.form(HERE)
    mia.post(HERE, data=form.fields | {"figure_1_actual": typed, "line_1_spent": typed}, headers=AUTO)

    again = mia.get(HERE)
    with app.app_context():
        row = db.session.get_one(Report, 1)
        read = {"figure_1_actual": row.figures[0].actual, "line_1_spent": row.spending[0].spent}
    for name, expected in (("figure_1_actual", figure), ("line_1_spent", spent)):
        value = read[name]
        if value is None:
            assert expected in unescape(again.text)
            assert again.page.form(HERE).fields[name] == [typed]
        else:
            assert f"{value.normalize():f}" == expected
