"""The reason for which two organisations are merged, or separated again."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import InputRequired

from grants.forms.base import Form, at_most, needed
from grants.forms.cleaning import cleaned
from grants.services.duplicates import LONGEST


class SeparationForm(Form):
    """The reason to undo a merge."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        [needed(lazy_gettext("Enter the reason.")), at_most(LONGEST)],
        filters=[cleaned],
        description=lazy_gettext("It is kept in the history of both entries. Applicants do not see it."),
        render_kw={"maxlength": LONGEST},
    )


class MergeForm(SeparationForm):
    """The reason to merge. kept: the id of the entry that is kept."""

    kept = HiddenField()
    confirmed = BooleanField(
        lazy_gettext("Both entries are the same organisation."),
        [InputRequired(lazy_gettext("Confirm that both entries are the same organisation."))],
    )
