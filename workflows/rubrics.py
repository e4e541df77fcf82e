"""The criteria that reviewers score, each with a written anchor for every score, and rubrics weighed from them.

`rubric(need=60, value=40)` picks criteria by key; a programme's own criterion can stand beside them.
"""

from __future__ import annotations

from workflows.programme import Criterion

NOTHING = "Nothing in the proposal speaks to this."
TEXTS: dict[str, tuple[str, str, tuple[str, str, str, str, str]]] = {
    "mission": (
        "Mission alignment",
        "Does it serve an open, global, secure Internet, and how directly?",
        (
            "The Internet is only the tool; any other subject would do as well.",
            "The mission is quoted, but the activities do not follow from it.",
            "One activity serves the mission; the others are beside it.",
            "Most activities serve a part of the mission that is named.",
            "Every activity serves it, and the project would make no sense without it.",
        ),
    ),
    "need": (
        "Community need and impact",
        "Is the need shown by evidence, and would the change reach the people named?",
        (
            "Need unclear; few would gain.",
            "Need asserted; some people would gain.",
            "Need plausible and partly evidenced; reach limited or hard to check.",
            "Need measured; impact likely to reach many, with a way to check it.",
            "Need measured, with the people concerned; impact certain to reach most of them.",
        ),
    ),
    "sustainability": (
        "Sustainability",
        "What stays when the money ends, and who pays for it?",
        (
            "Ends with the grant.",
            "Hopes for further grants.",
            "A plausible plan, payer not yet found.",
            "A named payer, agreed but not in writing.",
            "Running costs covered by a named payer in writing.",
        ),
    ),
    "feasibility": (
        "Technical feasibility",
        "Will it work there, with what they have?",
        (
            "The design would not work as described.",
            "It may work, but power, permits or backhaul are not thought of.",
            "It works elsewhere; how it fits this place is left open.",
            "A sound design for this place, with one part still to be tried.",
            "A sound design, tried on site, with permits and spare parts settled.",
        ),
    ),
    "originality": (
        "Originality",
        "What is new here, or newly brought to these people?",
        (
            "Repeats what others already do in the same place.",
            "A known project with a new name.",
            "A known approach, new to this place.",
            "A known approach changed with reasons, so that others can learn from it.",
            "A new approach that others could copy from what it publishes.",
        ),
    ),
    "team": (
        "Capacity of the team",
        "Can these people do this work, in this time?",
        (
            "No names, or nobody with the skill the work needs.",
            "One person carries everything.",
            "The skills are there; their time is not promised.",
            "Skills and time are named, and someone can step in.",
            "The same team has finished a project of this kind, and shows what came of it.",
        ),
    ),
    "planning": (
        "Planning and indicators",
        "Does the plan hold together, and could we see whether it succeeds?",
        (
            "A list of wishes without dates.",
            "Dates, but no way to tell success from failure.",
            "Dates and targets; the start is not measured.",
            "Each target has a measured start, a date and a method.",
            "The same, and the plan says what changes when a target is missed.",
        ),
    ),
    "value": (
        "Value for money",
        "Is each amount right for what it buys?",
        (
            "Amounts cannot be understood.",
            "Several amounts are far above what such things cost.",
            "Amounts are plausible; most have no source.",
            "Amounts rest on quotes or on earlier prices.",
            "Amounts rest on quotes, cheaper ways were weighed, and others share the cost.",
        ),
    ),
    "method": (
        "Question and method",
        "Is the question worth asking, and can this method answer it?",
        (
            "No question that research could answer.",
            "A question, but the method would not answer it.",
            "A fair question; sample, data or analysis are left vague.",
            "A clear question with a fitting method; one threat to validity is open.",
            "A sharp question, a method tried or preregistered, and its limits stated.",
        ),
    ),
    "policy": (
        "Relevance for policy",
        "Who would decide differently because of it?",
        (
            "Of interest to the authors.",
            "Of interest to the field; no decision would change.",
            "A decision is named, but not who takes it.",
            "Named people who decide have been asked what they need.",
            "People who decide take part, and a decision waits for the answer.",
        ),
    ),
    "openness": (
        "Openness of outputs",
        "Can others read it, check it and build on it?",
        (
            "Outputs stay with the authors.",
            "A summary is published.",
            "The paper is free to read; data and code are not.",
            "Paper, data and code are openly licensed, with places named.",
            "The same from the start of the work, with documents that let others repeat it.",
        ),
    ),
    "urgency": (
        "Urgency",
        "What is down, for whom, and what is lost with every day?",
        (
            "Damage of long ago, or of no consequence for people.",
            "A nuisance: other networks still serve these people.",
            "Some people are cut off; aid and alarms still work.",
            "Many are cut off, or a hospital, port or shelter is.",
            "Lives hang on it: no alarm, no aid line, and no other network.",
        ),
    ),
    "readiness": (
        "Readiness",
        "Could they begin tomorrow?",
        (
            "People and equipment are still to be found.",
            "People are there; equipment has no source.",
            "Equipment is ordered; access to the place is not settled.",
            "People and equipment are near; one permit is open.",
            "Trained people stand by with equipment, permits and a way in.",
        ),
    ),
}


def rubric(**weights: int) -> tuple[Criterion, ...]:
    """The criteria named, in the order given, with their weights (to sum to 100); raises KeyError for unknown ones."""
    return tuple(_criterion(key, weight) for key, weight in weights.items())


def _criterion(key: str, weight: int) -> Criterion:
    title, question, anchors = TEXTS[key]
    return Criterion(key=key, title=title, question=question, weight=weight, anchors=(NOTHING, *anchors))


LARGE = rubric(mission=15, need=20, sustainability=15, feasibility=15, originality=10, team=10, planning=10, value=5)
SMALL = rubric(mission=20, need=30, feasibility=20, planning=15, value=15)
RESEARCH = rubric(method=30, policy=20, openness=10, mission=10, team=15, planning=10, value=5)
DISASTER = rubric(urgency=25, readiness=20, need=20, feasibility=15, team=10, value=10)
