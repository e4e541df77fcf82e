"""The declarations that applicants make: one tick box for each binding sentence."""

from __future__ import annotations

from workflows.programme import Question, Section

SENTENCES: dict[str, str] = {
    "true": "The information in this application is true and complete.",
    "agreed": "Our board has approved this proposal.",
    "account": "The bank account is in the legal name of our organisation.",
    "costs": "We will not use the grant for tuition, lobbying, campaigns, endowments or costs from before the award.",
    "once": "No other funder pays for the same costs.",
    "published": "If you fund us, you may publish our title, summary, country and amount.",
    "licence": "Everything the project publishes will be free to read and openly licensed.",
    "unharmed": "We will not name or show any person without their consent.",
    "safe": "The people we send are trained, insured and free to turn back.",
    "local": "The authorities or the people in charge on site know about our work.",
}


def declarations(*keys: str) -> Section:
    """A section of required tick boxes, in the order given; raises KeyError for an unknown key."""
    ticks = tuple(Question(key=f"declares_{key}", kind="tick", label=SENTENCES[key]) for key in keys)
    return Section(key="declarations", title="Declarations", questions=ticks)
