"""The rules of a call as sentences with their numbers, for prospective applicants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext, ngettext

from grants.web.site.formats import amount, country, label, percent, translate
from workflows.cases import KINDS_IN_SENTENCES
from workflows.engine.message import Message
from workflows.programme import CallRules, Programme, RuleSpec
from workflows.rules.calls import CALL_RULES

STANDINGS = {
    "good_standing": Message("in good standing"),
    "pre_rejuvenation": Message("in pre-rejuvenation"),
    "rejuvenation": Message("in rejuvenation"),
    "in_formation": Message("in formation"),
    "dechartered": Message("dechartered"),
}
"""The standing of a chapter within a sentence."""

APPLICANT_RULES = ("applicants", "countries", "standing")
"""The rules that the programme's own description of its applicants covers."""


def applicants_text(rules: CallRules, programme: Programme) -> str:
    """Who can apply: the programme's own description, unless the call has changed the rules in APPLICANT_RULES."""
    asked, first = _about(rules), _about(programme.rules)
    if {key: {*names} for key, names in asked.items()} == {key: {*names} for key, names in first.items()}:
        return translate(programme.eligible)
    kinds = _kinds({"allowed": asked.get("applicants", KINDS_IN_SENTENCES)})
    rest = [key for key in APPLICANT_RULES[1:] if key in asked and (key != "standing" or _takes_chapters(asked))]
    reported = [text(RuleSpec(key=key, params={"allowed": asked[key]}), rules, "").rstrip(".") for key in rest]
    return ". ".join([kinds[:1].upper() + kinds[1:], *reported])


def other_rules(rules: CallRules, currency: str) -> list[str]:
    """The rules that `applicants_text` does not cover, as sentences."""
    return [text(spec, rules, currency) for spec in rules.rules if spec.key not in APPLICANT_RULES]


def _about(rules: CallRules) -> dict[str, list[str]]:
    """What each active rule in APPLICANT_RULES allows, by rule key."""
    return {spec.key: [*spec.params["allowed"]] for spec in rules.rules if spec.key in APPLICANT_RULES}


def _takes_chapters(asked: Mapping[str, list[str]]) -> bool:
    return "chapter" in asked.get("applicants", KINDS_IN_SENTENCES)


def text(spec: RuleSpec, rules: CallRules, currency: str) -> str:
    """One rule with its numbers; for a rule without a sentence here, the first line of its docstring."""
    known = {**APPLICANTS, **BUDGETS}.get(spec.key)
    return (
        known(spec.params, rules, currency)
        if known
        else gettext((CALL_RULES[spec.key].check.__doc__ or "").split("\n", maxsplit=1)[0])
    )


Sentence = Callable[[Mapping[str, Any], CallRules, str], str]

APPLICANTS: dict[str, Sentence] = {
    "applicants": lambda given, *_: gettext("Who can apply: %(kinds)s.", kinds=_kinds(given)),
    "countries": lambda given, *_: gettext("Countries: %(countries)s.", countries=_listed(given, country)),
    "standing": lambda given, *_: gettext(
        "Chapters can apply only if they are %(standings)s.",
        standings=_either([_plain(one) for one in given["allowed"]]),
    ),
    "contacts": lambda given, *_: ngettext(
        "The organisation must have named at least %(num)s contact with an account.",
        "The organisation must have named at least %(num)s contacts with accounts.",
        given["count"],
    ),
    "no_overdue": lambda *_: gettext("The applicant must have no overdue reports."),
    "held": lambda given, _, currency: gettext(
        "The applicant must not hold more than %(grants)s current grants or more than %(amount)s in total.",
        grants=given["grants"],
        amount=_money(given["amount"], currency),
    ),
}


def _partner(given: Mapping[str, Any], _: CallRules, currency: str) -> str:
    above = _money(given["amount"], currency)
    if months := given.get("months"):
        return gettext(
            "A project that requests more than %(amount)s must have an outside partner and last at least"
            " %(months)s months.",
            amount=above,
            months=months,
        )
    return gettext("A project that requests more than %(amount)s must have an outside partner.", amount=above)


BUDGETS: dict[str, Sentence] = {
    "asks": lambda *_: gettext("The budget must request at least one item."),
    "starts_ahead": lambda *_: gettext("The project must not start before the proposal is submitted."),
    "most": lambda _, rules, currency: gettext(
        "The amount requested must not exceed %(amount)s.", amount=_money(rules.most, currency)
    ),
    "longest": lambda _, rules, __: gettext(
        "The project must not last longer than %(months)s months.", months=rules.months_most
    ),
    "indirect": lambda given, *_: gettext(
        "Indirect costs must not exceed %(percent)s of the grant.", percent=_percent(given)
    ),
    "cofunding": lambda given, *_: gettext(
        "Co-funding must be at least %(percent)s of the grant.", percent=_percent(given)
    ),
    "most_of_kind": lambda given, _, currency: gettext(
        "Maximum grant for %(kinds)s: %(amount)s.",
        kinds=_kind(given["kind"]),
        amount=_money(given["amount"], currency),
    ),
    "partner_above": _partner,
}


def _kinds(given: Mapping[str, Any]) -> str:
    return _listed(given, _kind)


def _kind(kind: str) -> str:
    return translate(KINDS_IN_SENTENCES[kind]) if kind in KINDS_IN_SENTENCES else label(kind).lower()


def _plain(key: str) -> str:
    return translate(STANDINGS[key]) if key in STANDINGS else label(key).lower()


def _either(names: Sequence[str]) -> str:
    """The names with “or” before the last."""
    *others, last = names
    return gettext("%(others)s or %(last)s", others=", ".join(others), last=last) if others else last


def _both(names: Sequence[str]) -> str:
    """The names with “and” before the last."""
    *others, last = names
    return gettext("%(others)s and %(last)s", others=", ".join(others), last=last) if others else last


def _percent(given: Mapping[str, Any]) -> str:
    return percent(Decimal(given["percent"]))


def _listed(given: Mapping[str, Any], message: Callable[[str], str]) -> str:
    return _both([message(one) for one in given["allowed"]])


def _money(value: Any, currency: str) -> str:
    return amount(Decimal(str(value)), currency, cents=False)
