"""Choice of the organisation that applies."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext
from wtforms import RadioField
from wtforms.validators import InputRequired

from grants.forms.base import Form
from grants.models import Organisation
from workflows.forms.values import whole


class BeginForm(Form):
    """The organisation that applies; preselected if there is only one."""

    organisation = RadioField(
        lazy_gettext("Which organisation is applying?"),
        [InputRequired(lazy_gettext("Select the organisation that is applying."))],
        coerce=whole,
        choices={},
    )

    def __init__(self, organisations: Sequence[Organisation]) -> None:
        super().__init__(organisation=organisations[0].id if len(organisations) == 1 else None)
        self.organisation.choices = {str(one.id): one.name for one in organisations}
