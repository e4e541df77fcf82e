"""Choosing for which organisation one applies."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import RadioField
from wtforms.validators import InputRequired

from grants.forms.base import Form
from grants.models import Organisation


class BeginForm(Form):
    """The organisation a draft is begun for; the only one is chosen already."""

    organisation = RadioField(
        "Which organisation applies?", [InputRequired("Choose the organisation that applies.")], coerce=int, choices={}
    )

    def __init__(self, organisations: Sequence[Organisation]) -> None:
        super().__init__(organisation=organisations[0].id if len(organisations) == 1 else None)
        self.organisation.choices = {str(one.id): one.name for one in organisations}
