"""What applicants declare: ticks, each one sentence that somebody can be held to."""

from __future__ import annotations

from workflows.programme import Question, Section

SENTENCES: dict[str, str] = {
    "true": "What we write here is true and complete.",
    "agreed": "Our board has agreed to this proposal.",
    "account": "The bank account is in the legal name of our organisation.",
    "costs": "No money goes to tuition, lobbying, campaigns, endowments or costs from before the award.",
    "once": "Nobody else pays for the same costs.",
    "published": "If you fund us, you may publish our title, summary, country and amount.",
    "licence": "Everything the project publishes is free to read and openly licensed.",
    "unharmed": "Nobody is named or shown without their consent.",
    "safe": "The people we send are trained, insured and free to turn back.",
    "local": "The authorities or the people in charge on site know of our work.",
}


def declarations(*keys: str) -> Section:
    """A section of ticks, all required, in the order given; raises KeyError for a sentence nobody has written."""
    ticks = tuple(Question(key=f"declares_{key}", kind="tick", label=SENTENCES[key]) for key in keys)
    return Section(key="declarations", title="Declarations", questions=ticks)
