"""The declarations that applicants make: one tick box for each binding sentence."""

from __future__ import annotations

from workflows.engine.message import N_
from workflows.programme import Question, Section

SENTENCES: dict[str, str] = {
    "true": N_("The information in this application is true and complete."),
    "agreed": N_("Our board has approved this proposal."),
    "account": N_("The bank account is in the legal name of our organisation."),
    "costs": N_(
        "We will not use the grant for tuition, lobbying, campaigns, endowments or costs incurred before the award."
    ),
    "once": N_("No other funder pays for the same costs."),
    "published": N_("If you fund us, you may publish our title, summary, country and amount."),
    "licence": N_("Everything the project publishes will be free to read and openly licensed."),
    "unharmed": N_("We will not name or show any person without their consent."),
    "safe": N_("The people we send are trained and insured, and can withdraw at any time."),
    "local": N_("The authorities or those in charge of the site have been informed of our work."),
}


def declarations(*keys: str) -> Section:
    """A section of required tick boxes, in the order given; raises KeyError for an unknown key."""
    ticks = tuple(Question(key=f"declares_{key}", kind="tick", label=SENTENCES[key]) for key in keys)
    return Section(key="declarations", title=N_("Declarations"), questions=ticks)
