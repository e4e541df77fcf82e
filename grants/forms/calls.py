"""Setting up a call: its title and days, and the numbers of its rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any, Literal, get_args, get_origin

from flask_babel import gettext, lazy_gettext
from pydantic import ValidationError as Unfit
from wtforms import BooleanField, DateTimeLocalField, Field, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from grants.forms import plans
from grants.forms.base import AmountField, Form, Needed, WholeField, cleaned, line, number
from grants.models import Call, Fund
from workflows.programme import CallRules, RuleSpec
from workflows.programmes import programmes
from workflows.rules.applicants import Countries
from workflows.rules.calls import CALL_RULES
from workflows.rules.switches import Params

CLOCKS = {
    "question_days": "Days to answer a question",
    "review_days": "Days to review",
    "decision_days": "Days to decide",
    "invited_days": "Days to write the invited proposal",
    "triage_hours": "Hours to read an alert",
    "review_hours": "Hours to review",
    "decision_hours": "Hours to decide",
    "invited_hours": "Hours to write the invited proposal",
}


YEARS = range(2000, 2100)
"""Those in which calls open and close; days are counted on from there."""


class InstantField(DateTimeLocalField):
    """A day and an hour in UTC."""

    def __init__(self, label: str, *, required: bool = True, **kw: Any) -> None:
        rules = [Needed(f"Fill in “{label}”.")] if required else [Optional()]
        super().__init__(label, rules, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **kw)

    def process_formdata(self, values: list[str]) -> None:
        """Read it, or say how it is written."""
        self.data = None
        if not values or not values[0].strip():
            return
        try:
            super().process_formdata(values)
        except ValueError:
            raise ValueError(gettext("Write a day and an hour, such as 2026-11-30 23:59.")) from None
        self._look_at_year()

    def _look_at_year(self) -> None:
        found, self.data = self.data, None
        if found and found.year not in YEARS:
            raise ValueError(gettext("Write a year from %(first)s to %(last)s.", first=YEARS[0], last=YEARS[-1]))
        self.data = found.replace(tzinfo=UTC) if found else None


class DaysForm(Form):
    """What every call has: a title, and when it opens and closes."""

    title = line(lazy_gettext("Title"), most=120, printed=True)
    opens_at = InstantField(lazy_gettext("Opens, in UTC"))
    closes_at = InstantField(lazy_gettext("Closes, in UTC"), required=False)

    def validate_closes_at(self, field: Field) -> None:
        """The end comes after the beginning."""
        if self.opens_at.data and field.data and field.data <= self.opens_at.data:
            raise ValidationError(gettext("The call must close after it opens."))

    def facts(self) -> dict[str, Any]:
        """The clean values, by the names that `services.calls` uses."""
        return {"title": self.title.data, "opens_at": self.opens_at.data, "closes_at": self.closes_at.data}


class NewCallForm(DaysForm):
    """What begins a call; everything else is copied from the programme."""

    programme = SelectField(lazy_gettext("Programme"), choices={})
    fund = SelectField(lazy_gettext("Fund"), coerce=int, choices={})

    def offer(self, funds: Iterable[Fund], codes: Iterable[str]) -> None:
        """Hand in what can be chosen: funds, and the codes of programmes."""
        self.funds = {fund.id: fund for fund in funds}
        self.programme.choices = {code: gettext(programmes()[code].title) for code in codes}
        self.fund.choices = {str(id): f"{fund.title}, {fund.currency}" for id, fund in self.funds.items()}

    def chosen_fund(self) -> Fund:
        """The fund of the clean form."""
        return self.funds[self.fund.data]


class CallForm(DaysForm):
    """Title, days and numbers of a call; `call_form` adds a field for each number that this call has."""

    months_most = WholeField(lazy_gettext("Longest project, in months"), most=120)

    def rules(self, held: CallRules) -> dict[str, Any]:
        """The call's rules with the numbers of this form, as plain data."""
        data = held.model_dump(mode="json")
        data |= {"most": str(self["most"].data), "months_most": self.months_most.data}
        for stage in data["stages"]:
            stage["reviews"] = self[f"reviews_{stage['key']}"].data
        data["clock"] = {key: self[f"clock_{key}"].data for key in held.clock}
        plans.plan(self, held, data)
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
        """Besides the fields: each rule that is switched on must be able to read its numbers."""
        whole = super().validate(extra_validators) and plans.adds_up(self)
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
                field.errors = [*field.errors, _advice(CALL_RULES[spec.key].params, name, typed)]
            return True
        return False

    def explain(self, error: Unfit) -> None:
        """What the rules as a whole say against it, beside the title for want of a better place."""
        self.title.errors = [*self.title.errors, *(str(found["msg"]) for found in error.errors())]

    def of_stages(self) -> Iterator[Field]:
        """How many reviews each stage needs."""
        return (field for field in self if field.name.startswith("reviews_"))

    def of_clock(self) -> Iterator[Field]:
        """How long each step may take."""
        return (field for field in self if field.name.startswith("clock_"))

    def of_rules(self) -> Iterator[tuple[Field, list[Field], str]]:
        """Each rule: its switch, its numbers, and what it asks."""
        for spec in self.known:
            yield (
                self[f"rule_{spec.key}"],
                [self[_name(spec, name)] for name in spec.params],
                str(CALL_RULES[spec.key].check.__doc__),
            )

    def of_plan(self) -> Iterator[Field]:
        """The share of each instalment, and when each report is due."""
        return (field for field in self if field.name.startswith(plans.PREFIXES))

    known: tuple[RuleSpec, ...] = ()


def call_form(call: Call) -> type[CallForm]:
    """The form of this very call, filled with what it holds."""
    held = call.data
    fields: dict[str, Any] = {
        "known": _known(call),
        "most": AmountField(gettext("Most that a proposal may ask for"), currency=call.currency, default=held.most),
        **{
            f"reviews_{stage.key}": WholeField(
                gettext("Reviews of each %(stage)s", stage=gettext(stage.title).lower()),
                least=1 if stage.reviews else 0,
                most=20,
                default=stage.reviews,
            )
            for stage in held.stages
        },
        **{
            f"clock_{key}": WholeField(gettext(CLOCKS.get(key, key.replace("_", " ").capitalize())), default=value)
            for key, value in held.clock.items()
        },
        **plans.fields(held),
    }
    on = {spec.key for spec in held.rules}
    for spec in fields["known"]:
        fields[f"rule_{spec.key}"] = BooleanField(gettext("Ask this rule"), default=spec.key in on)
        fields |= {
            _name(spec, name): StringField(_label(spec, name, call.currency), filters=[cleaned], default=_shown(value))
            for name, value in spec.params.items()
        }
    return type("FormOfThisCall", (_filled(call),), fields)


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
    """The call's rules, then those of its programme that are switched off."""
    held = call.data.rules
    keys = {spec.key for spec in held}
    return (*held, *(spec for spec in programmes()[call.programme].rules.rules if spec.key not in keys))


def _advice(params: type[Params], param: str, wrong: list[str]) -> str:
    """What to write into a field of a rule, instead of what is wrong in it."""
    kind, told = params.model_fields[param].annotation, ""
    known = _names(kind)
    if wrong:
        told = gettext("Nothing here is called %(names)s.", names=", ".join(f"“{name}”" for name in wrong)) + " "
    if issubclass(params, Countries):
        return told + gettext("Write the two-letter codes of countries, such as BJ for Benin, parted by commas.")
    if not known:
        return gettext("This does not fit the rule: write a number above zero.")
    if get_origin(kind) is Literal:
        return told + gettext("Write one of these: %(names)s.", names=", ".join(known))
    return told + gettext("Write one or more of these, parted by commas: %(names)s.", names=", ".join(known))


def _names(annotation: Any) -> tuple[str, ...]:
    """The names that a parameter of this type may have; none for numbers."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(name for part in get_args(annotation) for name in _names(part))


def _name(spec: RuleSpec, param: str) -> str:
    return f"rule_{spec.key}_{param}"


LABELS = {
    "contacts_count": "People with an account, at least",
    "held_grants": "Grants at once, at most",
    "held_amount": "Together at most, %(currency)s",
    "most_of_kind_kind": "Kind of applicant",
    "most_of_kind_amount": "They ask for at most, %(currency)s",
    "indirect_percent": "Percent of the grant, at most",
    "cofunding_percent": "Percent of the grant, at least",
    "partner_above_amount": "Above this amount, %(currency)s",
    "partner_above_months": "Months, at least",
}
NUMBERS = frozenset({"amount", "count", "grants", "months", "percent"})


def _label(spec: RuleSpec, param: str, currency: str) -> str:
    """What a number of a rule is called."""
    known = LABELS.get(f"{spec.key}_{param}", param.replace("_", " ").capitalize())
    return gettext(known, currency=currency) if "%(" in known else gettext(known)


def _bare(param: str, text: str | None) -> str:
    """A number as people type it without what parts its thousands; what cannot be read is for the rule to refuse."""
    if param not in NUMBERS or not text:
        return text or ""
    try:
        return f"{number(text):f}"
    except ValidationError:
        return text


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]
