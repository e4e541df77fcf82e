"""Set-up of a call: its title and dates, and the parameters of its rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any, Literal, get_args, get_origin

from flask_babel import gettext, lazy_gettext
from pydantic import ValidationError as Unfit
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional, ValidationError

from grants.forms import days, schedules
from grants.forms.base import AmountField, ChoiceField, Form, WholeField, line, needed
from grants.forms.cleaning import cleaned, on_one_line
from grants.forms.numerals import localized, number
from grants.models import Call, Fund, Organisation
from workflows.cases import KINDS, STANDINGS
from workflows.engine.message import N_, Value
from workflows.forms.values import whole
from workflows.programme import TIME_LIMITS, CallRules, RuleSpec
from workflows.programmes import programmes
from workflows.rules.applicants import Countries
from workflows.rules.call_rule import Params
from workflows.rules.calls import CALL_RULES

NAMES = {**KINDS, **STANDINGS}
"""The name of each type of applicant and of each standing."""


class InstantField(DateTimeLocalField):
    """A date and time in UTC."""

    def __init__(self, label: str, *, required: bool = True, missing: str = "", **kw: Any) -> None:
        super().__init__(label, [needed(missing)] if required else [Optional()], format="%Y-%m-%dT%H:%M", **kw)

    def process_formdata(self, values: list[str]) -> None:
        """Parse the date and time; raises ValidationError with the expected form."""
        self.data = None
        if values and values[0].strip():
            self.data = days.instant(values[0].strip())

    def value_of(self, text: str) -> Value:
        """The instant of a text; raises ValidationError."""
        return days.instant(text)


class MoreTimeForm(Form):
    """More time for one applicant, chosen among those that the view offers."""

    organisation = RadioField(
        lazy_gettext("Applicant"), [InputRequired(lazy_gettext("Select an applicant."))], coerce=whole, choices={}
    )
    until = InstantField(lazy_gettext("New deadline (UTC)"), missing=lazy_gettext("Enter the new deadline."))
    reason = TextAreaField(lazy_gettext("Reason"), [needed(lazy_gettext("Enter the reason."))], filters=[cleaned])

    def offer(self, organisations: Iterable[Organisation]) -> None:
        """Set the applicants that can be chosen."""
        self.organisation.choices = {str(one.id): one.name for one in organisations}


class DaysForm(Form):
    """The title of a call, and when it opens and closes."""

    title = line(lazy_gettext("Title"), most=120, printed=True, missing=lazy_gettext("Enter the title of the call."))
    opens_at = InstantField(lazy_gettext("Opens (UTC)"), missing=lazy_gettext("Enter when the call opens."))
    closes_at = InstantField(lazy_gettext("Deadline (UTC)"), required=False)

    def validate_closes_at(self, field: Field) -> None:
        """Require that the call closes after it opens."""
        if self.opens_at.data and field.data and field.data <= self.opens_at.data:
            raise ValidationError(gettext("The deadline must be later than the opening of the call."))

    def facts(self) -> dict[str, Any]:
        """The valid values, by the parameter names of `services.calls`."""
        return {"title": self.title.data, "opens_at": self.opens_at.data, "closes_at": self.closes_at.data}


class NewCallForm(DaysForm):
    """A new call; its rules are copied from the programme."""

    programme = ChoiceField(lazy_gettext("Programme"), wrong=lazy_gettext("Select a programme."), choices={})
    fund = ChoiceField(lazy_gettext("Fund"), wrong=lazy_gettext("Select a fund."), coerce=whole, choices={})

    def offer(self, funds: Iterable[Fund], codes: Iterable[str]) -> None:
        """Set the funds and the codes of programmes that can be chosen."""
        self.funds = {fund.id: fund for fund in funds}
        self.programme.choices = {code: gettext(programmes()[code].title) for code in codes}
        self.fund.choices = {str(id): f"{fund.title}, {fund.currency}" for id, fund in self.funds.items()}

    def chosen_fund(self) -> Fund:
        """The chosen fund, once the form is valid."""
        return self.funds[self.fund.data]


class CallForm(DaysForm):
    """Title, dates and parameters of a call; `call_form` adds a field for each parameter of this call."""

    months_most = WholeField(lazy_gettext("Maximum duration in months"), most=120)

    def rules(self, held: CallRules) -> dict[str, Any]:
        """The call's rules with the parameters of this form, as plain data."""
        data = held.model_dump(mode="json")
        data |= {"most": str(self["most"].data), "months_most": self.months_most.data}
        for stage in data["stages"]:
            stage["reviews"] = self[f"reviews_{stage['key']}"].data
        data["clock"] = {key: self[f"clock_{key}"].data for key in held.clock}
        schedules.plan(self, held, data)
        data["rules"] = [{"key": s.key, "params": self._params(s)} for s in self.known if self[f"rule_{s.key}"].data]
        return data

    def _params(self, spec: RuleSpec) -> dict[str, Any]:
        return {
            name: _listed(self[_name(spec, name)].data)
            if isinstance(value, list | tuple)
            else _bare(name, self[_name(spec, name)].data)
            for name, value in spec.params.items()
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields, and the parameters of each active rule."""
        whole = super().validate(extra_validators) and schedules.adds_up(self)
        return not any([not whole, *(self._unfit(spec) for spec in self.known if self[f"rule_{spec.key}"].data)])

    def _unfit(self, spec: RuleSpec) -> bool:
        try:
            CALL_RULES[spec.key].params.model_validate(self._params(spec))
        except Unfit as unfit:
            wrong: dict[str, list[str]] = {}
            for error in unfit.errors():
                typed = [error["input"]] if error["input"] and isinstance(error["input"], str) else []
                wrong.setdefault(str(error["loc"][0]), []).extend(typed)
            for name, typed in wrong.items():
                field = self[_name(spec, name)]
                field.errors = field.errors or [_advice(CALL_RULES[spec.key].params, name, typed, field.label.text)]
            return True
        return False

    def explain(self, error: Unfit) -> None:
        """Show the errors of the rules as a whole beside the title, as they belong to no single field."""
        self.title.errors = [*self.title.errors, *(str(found["msg"]) for found in error.errors())]

    def of_stages(self) -> Iterator[Field]:
        """The fields for the number of reviews of each stage."""
        return (field for field in self if field.name.startswith("reviews_"))

    def of_clock(self) -> Iterator[Field]:
        """The fields for the time limit of each step."""
        return (field for field in self if field.name.startswith("clock_"))

    def of_rules(self) -> Iterator[tuple[Field, list[Field], str]]:
        """Each rule: its switch, its parameter fields, and its description."""
        for spec in self.known:
            yield (
                self[f"rule_{spec.key}"],
                [self[_name(spec, name)] for name in spec.params],
                gettext(CALL_RULES[spec.key].sentence),
            )

    def of_plan(self) -> Iterator[Field]:
        """The fields for the share of each instalment and the due date of each report."""
        return (field for field in self if field.name.startswith(schedules.PREFIXES))

    known: tuple[RuleSpec, ...] = ()


def call_form(call: Call) -> type[CallForm]:
    """The form class of this call, filled with its stored values."""
    held = call.data
    fields: dict[str, Any] = {
        "known": _known(call),
        "most": AmountField(
            gettext("Maximum grant, %(currency)s", currency=call.currency),
            currency=call.currency,
            above_zero=True,
            default=held.most,
        ),
        **{
            f"reviews_{stage.key}": WholeField(
                gettext("Reviews per %(stage)s", stage=gettext(stage.title).lower()),
                least=1 if stage.reviews else 0,
                most=20,
                default=stage.reviews,
            )
            for stage in held.stages
        },
        **{
            f"clock_{key}": WholeField(gettext(TIME_LIMITS[key].text), default=value)
            for key, value in held.clock.items()
        },
        **schedules.fields(held),
    }
    on = {spec.key for spec in held.rules}
    for spec in fields["known"]:
        fields[f"rule_{spec.key}"] = BooleanField(gettext("Apply this rule"), default=spec.key in on)
        fields |= {
            _name(spec, name): _field(spec, name, _label(spec, name, call.currency), value)
            for name, value in spec.params.items()
        }
    return type("FormOfThisCall", (_filled(call),), fields)


def _field(spec: RuleSpec, name: str, label: str, value: Any) -> Any:
    """The field of a rule's parameter: boxes for several names, a list for one name, otherwise text."""
    kind = CALL_RULES[spec.key].params.model_fields[name].annotation
    names = {key: gettext(NAMES[key].text) for key in _names(kind)}
    if not names:
        codes = issubclass(CALL_RULES[spec.key].params, Countries)
        advice = gettext("Two-letter country codes, separated by commas.") if codes else ""
        if name in NUMBERS:
            return StringField(label, [_readable], filters=[cleaned, on_one_line], default=localized(_shown(value)))
        return StringField(label, filters=[cleaned, on_one_line], default=_shown(value), description=advice)
    if get_origin(kind) is Literal:
        return SelectField(label, choices=names, default=value, validate_choice=False)
    return SelectMultipleField(label, choices=names, default=list(value), validate_choice=False)


def _filled(call: Call) -> type[CallForm]:
    class Filled(CallForm):
        def __init__(self, **values: Any) -> None:
            held = {
                "title": call.title,
                "opens_at": call.opens_at.astimezone(UTC),
                "closes_at": call.closes_at and call.closes_at.astimezone(UTC),
                "months_most": call.data.months_most,
            }
            super().__init__(data=held | values)

    return Filled


def _known(call: Call) -> tuple[RuleSpec, ...]:
    """The call's rules, followed by the inactive ones of its programme."""
    held = call.data.rules
    keys = {spec.key for spec in held}
    return (*held, *(spec for spec in programmes()[call.programme].rules.rules if spec.key not in keys))


def _advice(params: type[Params], param: str, wrong: list[str], label: str) -> str:
    """The error of a rule's parameter. wrong: the country codes that do not exist. label: of its field."""
    kind = params.model_fields[param].annotation
    if issubclass(params, Countries):
        names = ", ".join(f"“{name}”" for name in wrong)
        if wrong:
            return gettext(
                "Enter two-letter country codes separated by commas, such as BJ for Benin."
                " These codes do not exist: %(names)s.",
                names=names,
            )
        return gettext("Enter two-letter country codes separated by commas, such as BJ for Benin.")
    if not _names(kind):
        return gettext("Enter a number above zero for “%(label)s”.", label=label)
    if get_origin(kind) is Literal:
        return gettext("Select an option for “%(label)s”.", label=label)
    return gettext("Select at least one option for “%(label)s”.", label=label)


def _names(annotation: Any) -> tuple[str, ...]:
    """The names that a parameter of this type accepts; none for numbers."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(name for part in get_args(annotation) for name in _names(part))


def _name(spec: RuleSpec, param: str) -> str:
    return f"rule_{spec.key}_{param}"


LABELS = {
    "applicants_allowed": N_("Types of applicant"),
    "countries_allowed": N_("Countries"),
    "standing_allowed": N_("Standing of the chapter"),
    "contacts_count": N_("Minimum number of confirmed contacts"),
    "held_grants": N_("Maximum number of current grants"),
    "held_amount": N_("Maximum total of current grants, %(currency)s"),
    "most_of_kind_kind": N_("Type of applicant"),
    "most_of_kind_amount": N_("Maximum grant for this type, %(currency)s"),
    "indirect_percent": N_("Maximum percentage of the grant"),
    "cofunding_percent": N_("Minimum percentage of the grant"),
    "partner_above_amount": N_("Above this amount, %(currency)s"),
    "partner_above_months": N_("Minimum number of months"),
}
NUMBERS = frozenset({"amount", "count", "grants", "months", "percent"})


def _label(spec: RuleSpec, param: str, currency: str) -> str:
    """The label of a rule's parameter."""
    known = LABELS[f"{spec.key}_{param}"]
    return gettext(known, currency=currency) if "%(" in known else gettext(known)


def _readable(_form: Any, field: Any) -> None:
    if field.data:
        number(field.data, gettext("Enter a number above zero for “%(label)s”.", label=field.label.text))


def _bare(param: str, text: str | None) -> str:
    """A number without thousands separators; empty, which every rule rejects, for text that cannot be parsed."""
    if param not in NUMBERS or not text:
        return text or ""
    try:
        return f"{number(text):f}"
    except ValidationError:
        return ""


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _listed(text: list[str] | str | None) -> list[str]:
    if isinstance(text, list):
        return text
    return [part.strip() for part in (text or "").split(",") if part.strip()]
