"""Choice of failed jobs to retry."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import SelectMultipleField
from wtforms.validators import InputRequired, Length

from grants.forms.base import Form
from grants.queries.failures import PAGE
from workflows.forms.values import whole


class RetryForm(Form):
    """The jobs that were selected on a page of the failures."""

    rows = SelectMultipleField(
        lazy_gettext("Jobs"),
        [
            InputRequired(lazy_gettext("Select at least one job.")),
            Length(max=PAGE, message=lazy_gettext("Select fewer jobs: at most those on one page.")),
        ],
        coerce=whole,
        validate_choice=False,
    )
