"""Choice of payable instalments for a batch."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext
from wtforms import SelectMultipleField
from wtforms.validators import InputRequired

from grants.forms.base import Form
from workflows.forms.values import whole


class BatchForm(Form):
    """The instalments of a batch, chosen among the payable ones that the view offers."""

    instalments = SelectMultipleField(
        lazy_gettext("Payments"),
        [InputRequired(lazy_gettext("Select at least one payment."))],
        coerce=whole,
        validate_choice=False,
    )

    @classmethod
    def over(cls, payable: Sequence[int]) -> BatchForm:
        """The form over these instalments, all selected at first; the service checks that they are still payable."""
        form = cls(instalments=list(payable))
        form.instalments.choices = [(number, str(number)) for number in payable]
        return form
