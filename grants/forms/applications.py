"""Filter for the list of applications, sent by GET; invalid values are ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import Form as PlainForm
from wtforms import SearchField, SelectField

from workflows.countries import REGIONS


class FilterForm(PlainForm):
    """Words, call and region. A value that is not among the choices is ignored."""

    words = SearchField(lazy_gettext("Title, applicant or number"))
    call = SelectField(lazy_gettext("Call"), choices={})
    region = SelectField(lazy_gettext("Region"), choices={})

    def __init__(self, args: Mapping[str, str], calls: Sequence[tuple[int, str]], regions: Sequence[str]) -> None:
        super().__init__(MultiDict({key: args[key] for key in ("words", "call", "region") if key in args}))
        self.call.choices = {"": gettext("All calls")} | {str(id): title for id, title in calls}
        self.region.choices = {"": gettext("All regions")} | {
            region: gettext(REGIONS[region].text) if region in REGIONS else region for region in regions
        }
        self.words.data = (self.words.data or "").strip()
        self.call.data = self.call.data if str(self.call.data) in {str(id) for id, _ in calls} else ""
        self.region.data = self.region.data if self.region.data in regions else ""

    def kept(self) -> dict[str, str]:
        """The non-empty values, for the query string of the next page."""
        return {name: str(value) for name, value in self.data.items() if value}
