"""The criteria that reviewers score, each with a text anchor for every score, and the weighted rubrics made from them.

`rubric(need=(60, "problem"), value=(40, "budget"))` selects criteria by key; each has its weight and the sections of
the proposal that it is about. A programme can add criteria of its own.
"""

from __future__ import annotations

from workflows.engine.message import N_
from workflows.programme import Criterion

NOTHING = N_("The proposal does not address this.")
SHORT = {
    "mission": N_("Mission"),
    "need": N_("Need and impact"),
    "sustainability": N_("Sustain\u00adability"),
    "feasibility": N_("Technical"),
    "team": N_("Team"),
    "planning": N_("Planning"),
    "value": N_("Value"),
    "method": N_("Method"),
    "policy": N_("Policy"),
    "openness": N_("Openness"),
}
"""Short titles, for the grid of criteria on a phone; without one, the title is short enough.

A word of more than 12 letters has a soft hyphen, because not every browser knows where to divide it.
"""
TEXTS: dict[str, tuple[str, str, tuple[str, str, str, str, str]]] = {
    "mission": (
        N_("Mission alignment"),
        N_("Does it serve an open, global, secure Internet, and how directly?"),
        (
            N_("The Internet is only a tool; the project could be about any other subject."),
            N_("The mission is quoted, but the activities do not follow from it."),
            N_("One activity serves the mission; the others do not."),
            N_("Most activities serve a named part of the mission."),
            N_("Every activity serves the mission, and the project would make no sense without it."),
        ),
    ),
    "need": (
        N_("Community need and impact"),
        N_("Is there evidence of the need, and would the project reach the people named?"),
        (
            N_("Need unclear; few people would benefit."),
            N_("Need asserted; some people would benefit."),
            N_("Need plausible and partly supported by evidence; reach limited or hard to verify."),
            N_("Need measured; impact likely to reach many people, with a way to verify it."),
            N_("Need measured together with the people concerned; impact certain to reach most of them."),
        ),
    ),
    "sustainability": (
        N_("Sustainability"),
        N_("What will continue after the grant ends, and who will pay for it?"),
        (
            N_("Ends with the grant."),
            N_("Depends on further grants."),
            N_("A plausible plan; no source of funding found yet."),
            N_("A named funder has agreed, but not in writing."),
            N_("A named funder has agreed in writing to cover the running costs."),
        ),
    ),
    "feasibility": (
        N_("Technical feasibility"),
        N_("Will it work in that place, with the resources available?"),
        (
            N_("The design would not work as described."),
            N_("It may work, but power, permits or backhaul are not considered."),
            N_("It works elsewhere; how it suits this place is not explained."),
            N_("A sound design for this place, with one part still to be tested."),
            N_("A sound design, tested on site, with permits and spare parts arranged."),
        ),
    ),
    "originality": (
        N_("Originality"),
        N_("What is new in this project, or new to these people?"),
        (
            N_("Repeats what others already do in the same place."),
            N_("A known project with a new name."),
            N_("A known approach, new to this place."),
            N_("A known approach, changed for stated reasons, so that others can learn from it."),
            N_("A new approach that others could copy from what it publishes."),
        ),
    ),
    "team": (
        N_("Team capacity"),
        N_("Can these people do this work, in this time?"),
        (
            N_("No names, or no one with the skills the work requires."),
            N_("Everything depends on one person."),
            N_("The skills are there, but no time has been allocated."),
            N_("Skills and time are stated, and a substitute is available."),
            N_("The same team has completed a project of this kind and shows its results."),
        ),
    ),
    "planning": (
        N_("Planning and indicators"),
        N_("Is the plan consistent, and can its success be verified?"),
        (
            N_("A list of intentions without dates."),
            N_("Dates, but no way to tell success from failure."),
            N_("Dates and targets, but no measured baseline."),
            N_("Each target has a measured baseline, a date and a method."),
            N_(
                "Each target has a measured baseline, a date and a method, and the plan states what changes when a "
                "target is missed."
            ),
        ),
    ),
    "value": (
        N_("Value for money"),
        N_("Is each amount reasonable for what it buys?"),
        (
            N_("Amounts cannot be understood."),
            N_("Several amounts are far above usual prices."),
            N_("Amounts are plausible; most have no source."),
            N_("Amounts are based on quotes or on earlier prices."),
            N_("Amounts are based on quotes, cheaper options were considered, and every item is needed."),
        ),
    ),
    "method": (
        N_("Question and method"),
        N_("Is the question worth asking, and can this method answer it?"),
        (
            N_("No question that research could answer."),
            N_("A question, but the method would not answer it."),
            N_("A reasonable question, but the sample, data or analysis is vague."),
            N_("A clear question with a suitable method; one threat to validity is not addressed."),
            N_("A precise question, a tested or preregistered method, and its limits stated."),
        ),
    ),
    "policy": (
        N_("Policy relevance"),
        N_("Who would decide differently because of it?"),
        (
            N_("Of interest to the authors only."),
            N_("Of interest to the field; no decision would change."),
            N_("A decision is named, but not who makes it."),
            N_("Named decision-makers have been asked what they need."),
            N_("Decision-makers take part, and a decision depends on the answer."),
        ),
    ),
    "openness": (
        N_("Openness of outputs"),
        N_("Can others read it, check it and build on it?"),
        (
            N_("Outputs are not published."),
            N_("A summary is published."),
            N_("The paper is free to read; data and code are not."),
            N_("Paper, data and code are openly licensed, and the places of publication are named."),
            N_(
                "Paper, data and code are openly licensed from the start of the work, the places of publication are "
                "named, and the documentation lets others repeat the work."
            ),
        ),
    ),
    "urgency": (
        N_("Urgency"),
        N_("What is not working, whom does it affect, and what does each day of delay cost?"),
        (
            N_("Old damage, or damage without consequences for people."),
            N_("An inconvenience: other networks still serve these people."),
            N_("Some people are cut off; emergency services and warnings still work."),
            N_("Many people are cut off, or a hospital, a port or a shelter is."),
            N_("Lives depend on it: no warning system, no emergency line and no other network."),
        ),
    ),
    "readiness": (
        N_("Readiness"),
        N_("Could the team start tomorrow?"),
        (
            N_("People and equipment have yet to be found."),
            N_("People are available; equipment has no source."),
            N_("Equipment is ordered; access to the site is not arranged."),
            N_("People and equipment are nearby; one permit is missing."),
            N_("Trained people are ready, with equipment, permits and access to the site."),
        ),
    ),
}


def rubric(**chosen: int | tuple[int, *tuple[str, ...]]) -> tuple[Criterion, ...]:
    """The named criteria in the order given; raises KeyError for an unknown one.

    Each is a weight, or a weight and the keys of the sections of the proposal that the criterion is about, the most
    important first. The weights must sum to 100.
    """
    return tuple(_criterion(key, *((one,) if isinstance(one, int) else one)) for key, one in chosen.items())


def _criterion(key: str, weight: int, *passages: str) -> Criterion:
    title, question, anchors = TEXTS[key]
    return Criterion(
        key=key,
        title=title,
        short=SHORT.get(key, ""),
        question=question,
        weight=weight,
        anchors=(NOTHING, *anchors),
        passages=passages,
    )


LARGE = rubric(
    mission=(15, "mission", "plan"),
    need=(20, "problem", "outcomes"),
    sustainability=(15, "sustainability", "partners"),
    feasibility=(15, "plan", "risks"),
    originality=(10, "in_short", "problem"),
    team=(10, "team", "partners"),
    planning=(10, "outcomes", "plan"),
    value=(5, "budget"),
)
SMALL = rubric(
    mission=(20, "project", "plan"),
    need=(30, "project"),
    feasibility=(20, "plan", "project"),
    planning=(15, "plan", "project"),
    value=(15, "budget"),
)
RESEARCH = rubric(
    method=(30, "research", "question"),
    policy=(20, "research", "question"),
    openness=(10, "openness", "question"),
    mission=(10, "mission", "in_short"),
    team=(15, "team", "partners"),
    planning=(10, "outcomes", "plan", "question"),
    value=(5, "budget"),
)
"""The statement of interest has one section, the question, in which the method, outputs and targets are outlined."""
DISASTER = rubric(
    urgency=(25, "alert"),
    readiness=(20, "plan", "partners"),
    need=(20, "alert", "in_short"),
    feasibility=(15, "plan", "alert"),
    team=(10, "in_short", "partners"),
    value=(10, "budget"),
)
"""The damage is described in the alert, and the team in the summary of the mini-proposal."""
