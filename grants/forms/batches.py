"""Putting payable instalments into a batch."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import SelectMultipleField
from wtforms.validators import InputRequired

from grants.forms.base import Form


class BatchForm(Form):
    """Which instalments go into the batch; those that are payable are handed in by the view."""

    instalments = SelectMultipleField(
        "Payments", [InputRequired("Choose at least one payment.")], coerce=int, validate_choice=False
    )

    @classmethod
    def over(cls, payable: Sequence[int]) -> BatchForm:
        """The form over these instalments, all chosen at first; whether one is still payable, the service says."""
        form = cls(instalments=list(payable))
        form.instalments.choices = [(number, str(number)) for number in payable]
        return form
