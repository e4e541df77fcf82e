"""The criteria that reviewers score, each with a text anchor for every score, and the weighted rubrics made from them.

`rubric(need=60, value=40)` selects criteria by key. A programme can add criteria of its own.
"""

from __future__ import annotations

from workflows.programme import Criterion

NOTHING = "The proposal does not address this."
TEXTS: dict[str, tuple[str, str, tuple[str, str, str, str, str]]] = {
    "mission": (
        "Mission alignment",
        "Does it serve an open, global, secure Internet, and how directly?",
        (
            "The Internet is only a tool; the project could be about any other subject.",
            "The mission is quoted, but the activities do not follow from it.",
            "One activity serves the mission; the others do not.",
            "Most activities serve a named part of the mission.",
            "Every activity serves the mission, and the project would make no sense without it.",
        ),
    ),
    "need": (
        "Community need and impact",
        "Is there evidence of the need, and would the project reach the people named?",
        (
            "Need unclear; few people would benefit.",
            "Need asserted; some people would benefit.",
            "Need plausible and partly supported by evidence; reach limited or hard to verify.",
            "Need measured; impact likely to reach many people, with a way to verify it.",
            "Need measured together with the people concerned; impact certain to reach most of them.",
        ),
    ),
    "sustainability": (
        "Sustainability",
        "What will continue after the grant ends, and who will pay for it?",
        (
            "Ends with the grant.",
            "Depends on further grants.",
            "A plausible plan; no payer found yet.",
            "A named payer has agreed, but not in writing.",
            "A named payer has agreed in writing to cover the running costs.",
        ),
    ),
    "feasibility": (
        "Technical feasibility",
        "Will it work in that place, with the resources available?",
        (
            "The design would not work as described.",
            "It may work, but power, permits or backhaul are not considered.",
            "It works elsewhere; how it suits this place is not explained.",
            "A sound design for this place, with one part still to be tested.",
            "A sound design, tested on site, with permits and spare parts arranged.",
        ),
    ),
    "originality": (
        "Originality",
        "What is new in this project, or new to these people?",
        (
            "Repeats what others already do in the same place.",
            "A known project with a new name.",
            "A known approach, new to this place.",
            "A known approach, changed for stated reasons, so that others can learn from it.",
            "A new approach that others could copy from what it publishes.",
        ),
    ),
    "team": (
        "Team capacity",
        "Can these people do this work, in this time?",
        (
            "No names, or no one with the skills the work requires.",
            "Everything depends on one person.",
            "The skills are there, but no time is committed.",
            "Skills and time are stated, and a substitute is available.",
            "The same team has completed a project of this kind and shows its results.",
        ),
    ),
    "planning": (
        "Planning and indicators",
        "Is the plan consistent, and can its success be verified?",
        (
            "A list of intentions without dates.",
            "Dates, but no way to tell success from failure.",
            "Dates and targets, but no measured baseline.",
            "Each target has a measured baseline, a date and a method.",
            "As for 4, and the plan states what changes when a target is missed.",
        ),
    ),
    "value": (
        "Value for money",
        "Is each amount reasonable for what it buys?",
        (
            "Amounts cannot be understood.",
            "Several amounts are far above usual prices.",
            "Amounts are plausible; most have no source.",
            "Amounts are based on quotes or on earlier prices.",
            "Amounts are based on quotes, cheaper options were considered, and others share the cost.",
        ),
    ),
    "method": (
        "Question and method",
        "Is the question worth asking, and can this method answer it?",
        (
            "No question that research could answer.",
            "A question, but the method would not answer it.",
            "A reasonable question, but sample, data or analysis are vague.",
            "A clear question with a suitable method; one threat to validity is not addressed.",
            "A precise question, a tested or preregistered method, and its limits stated.",
        ),
    ),
    "policy": (
        "Policy relevance",
        "Who would decide differently because of it?",
        (
            "Of interest to the authors only.",
            "Of interest to the field; no decision would change.",
            "A decision is named, but not who makes it.",
            "Named decision-makers have been asked what they need.",
            "Decision-makers take part, and a decision depends on the answer.",
        ),
    ),
    "openness": (
        "Openness of outputs",
        "Can others read it, check it and build on it?",
        (
            "Outputs are not published.",
            "A summary is published.",
            "The paper is free to read; data and code are not.",
            "Paper, data and code are openly licensed, and the places of publication are named.",
            "As for 4, from the start of the work, with documentation that lets others repeat it.",
        ),
    ),
    "urgency": (
        "Urgency",
        "What is not working, whom does it affect, and what does each day of delay cost?",
        (
            "Old damage, or damage without consequences for people.",
            "An inconvenience: other networks still serve these people.",
            "Some people are cut off; aid and alarms still work.",
            "Many people are cut off, or a hospital, a port or a shelter is.",
            "Lives depend on it: no alarm, no aid line, and no other network.",
        ),
    ),
    "readiness": (
        "Readiness",
        "Could the team start tomorrow?",
        (
            "People and equipment have yet to be found.",
            "People are available; equipment has no source.",
            "Equipment is ordered; access to the site is not arranged.",
            "People and equipment are nearby; one permit is missing.",
            "Trained people are ready, with equipment, permits and access to the site.",
        ),
    ),
}


def rubric(**weights: int) -> tuple[Criterion, ...]:
    """The named criteria in the order given, with weights that must sum to 100; raises KeyError for an unknown one."""
    return tuple(_criterion(key, weight) for key, weight in weights.items())


def _criterion(key: str, weight: int) -> Criterion:
    title, question, anchors = TEXTS[key]
    return Criterion(key=key, title=title, question=question, weight=weight, anchors=(NOTHING, *anchors))


LARGE = rubric(mission=15, need=20, sustainability=15, feasibility=15, originality=10, team=10, planning=10, value=5)
SMALL = rubric(mission=20, need=30, feasibility=20, planning=15, value=15)
RESEARCH = rubric(method=30, policy=20, openness=10, mission=10, team=15, planning=10, value=5)
DISASTER = rubric(urgency=25, readiness=20, need=20, feasibility=15, team=10, value=10)
