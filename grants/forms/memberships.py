"""The rights of a member."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import BooleanField

from grants.forms.base import Form
from grants.models.organisations import COLUMNS
from workflows.engine.rights import Right


class RightsForm(Form):
    """The rights of a member beside that to view, which every member has."""

    may_edit = BooleanField(
        lazy_gettext("Edit"), description=lazy_gettext("Start and write proposals and reports, and divide awards.")
    )
    may_submit = BooleanField(
        lazy_gettext("Submit"), description=lazy_gettext("Submit and withdraw proposals, answers and reports.")
    )
    may_sign = BooleanField(
        lazy_gettext("Sign"), description=lazy_gettext("Sign agreements, decline awards and invite colleagues.")
    )
    is_contact = BooleanField(
        lazy_gettext("Contact"),
        description=lazy_gettext("Decide who acts for the organisation, and get an email about every change."),
    )

    @property
    def rights(self) -> frozenset[Right]:
        """The rights that are ticked."""
        return frozenset(right for right, column in COLUMNS.items() if self[column].data)
