"""What to enter where an answer is missing: a sentence for each question and each column, by its label.

Labels lead to the sentences because calls keep their questions as they were when they opened. A question without an
entry here gets the general sentence of its kind, which names its label.
"""

from __future__ import annotations

from collections.abc import Mapping

from workflows.engine.message import N_, Message
from workflows.programme import Column, Question

PUBLICATION = N_("Describe what you will publish, where and under which licence.")

ANSWERS: Mapping[str, str] = {
    # every programme
    "Title": N_("Enter the title of the project."),
    "Summary": N_("Enter a summary of the project."),
    "First day of the project": N_("Enter the first day of the project."),
    "Duration in months": N_("Enter the duration of the project in months."),
    "Activities and dates": N_("Enter at least one activity with its dates."),
    "What is the problem today, and whom does it affect?": N_("Describe the problem and whom it affects."),
    "Which of our activities does the project serve?": N_("Select at least one of our activities."),
    "Focus areas": N_("Select at least one focus area."),
    "Who will do the work": N_("Enter at least one person who will do the work."),
    "What will continue after the grant ends, and who will pay for it?": N_(
        "Describe what will continue after the grant ends and who will pay for it."
    ),
    "What could go wrong": N_("Enter at least one risk."),
    "What will be different at the end of the project?": N_(
        "Describe what will be different at the end of the project."
    ),
    "What you will measure": N_("Enter at least one indicator."),
    "The one thing you will measure": N_("Enter the indicator that you will measure."),
    "What you request from us": N_("Enter at least one item in the budget."),
    # disaster relief
    "What happened": N_("Select what happened."),
    "Date of the event": N_("Enter the date of the event."),
    "Where": N_("Enter where it happened."),
    "What is not working": N_("Describe what is not working."),
    "What is needed most urgently": N_("Describe what is needed most urgently."),
    "Whom we can contact, and how": N_("Enter whom we can contact, and how."),
    # research
    "What do you want to find out, and who needs to know?": N_(
        "Describe what you want to find out and who needs to know."
    ),
    "How will you find out?": N_("Describe how you will find out."),
    "What will you publish, where and under which licence?": PUBLICATION,
    # of calls that opened with the earlier wording
    "What will you publish, where, under which licence?": PUBLICATION,
    "Does the research involve people or animals?": N_("Select whether the research involves people or animals."),
    # declarations
    "The information in this application is true and complete.": N_(
        "Confirm that the information in this application is true and complete."
    ),
    "Our board has approved this proposal.": N_("Confirm that your board has approved this proposal."),
    "The bank account is in the legal name of our organisation.": N_(
        "Confirm that the bank account is in the legal name of your organisation."
    ),
    "We will not use the grant for tuition, lobbying, campaigns, endowments or costs incurred before the award.": N_(
        "Confirm that you will not use the grant for tuition, lobbying, campaigns, endowments or costs incurred "
        "before the award."
    ),
    "No other funder pays for the same costs.": N_("Confirm that no other funder pays for the same costs."),
    "If you fund us, you may publish our title, summary, country and amount.": N_(
        "Confirm that we may publish your title, summary, country and amount if we fund you."
    ),
    "Everything the project publishes will be free to read and openly licensed.": N_(
        "Confirm that everything the project publishes will be free to read and openly licensed."
    ),
    "We will not name or show any person without their consent.": N_(
        "Confirm that you will not name or show any person without their consent."
    ),
    "The people we send are trained and insured, and can withdraw at any time.": N_(
        "Confirm that the people you send are trained and insured, and can withdraw at any time."
    ),
    "The authorities or those in charge of the site have been informed of our work.": N_(
        "Confirm that the authorities or those in charge of the site have been informed of your work."
    ),
}
"""What to do about a question that is not answered, by its label."""

KINDS = {"choice": N_("Select an answer to “%(label)s”."), "tick": N_("Confirm this statement: “%(label)s”")}
ANY_KIND = N_("Enter an answer to “%(label)s”.")
"""The general sentences, by the kind of the question."""

CELLS: Mapping[str, str] = {
    "Activity": N_("Enter the activity in line %(number)s of “%(label)s”."),
    "Starts": N_("Enter the start date in line %(number)s of “%(label)s”."),
    "Ends": N_("Enter the end date in line %(number)s of “%(label)s”."),
    "Who does it": N_("Enter who is responsible for the activity in line %(number)s."),
    "Name": N_("Enter the name in line %(number)s of “%(label)s”."),
    "Role in the project": N_("Enter the role in the project in line %(number)s of “%(label)s”."),
    "Organisation": N_("Enter the organisation in line %(number)s of “%(label)s”."),
    "Contribution": N_("Enter the contribution in line %(number)s of “%(label)s”."),
    "Risk": N_("Enter the risk in line %(number)s of “%(label)s”."),
    "What you would do": N_("Enter what you would do about the risk in line %(number)s."),
}
"""What to do about an empty cell of a table, by the title of its column."""
ANY_CELL = N_("Enter “%(column)s” in line %(number)s of “%(label)s”.")

BUDGET: Mapping[str, str] = {
    "what": N_("Enter the item in line %(number)s of the budget."),
    "quantity": N_("Enter the quantity in line %(number)s of the budget."),
    "unit_cost": N_("Enter the unit cost in line %(number)s of the budget."),
}
TOO_LOW: Mapping[str, str] = {
    "quantity": N_("Enter a quantity above zero in line %(number)s of the budget."),
    "unit_cost": N_("Enter a unit cost above zero in line %(number)s of the budget."),
}
"""What to do about a cell of the budget that is empty, or too low."""

INDICATORS: Mapping[str, str] = {
    "name": N_("Enter the name of indicator %(number)s."),
    "baseline": N_("Enter the baseline of indicator %(number)s as a number."),
    "target": N_("Enter the target of indicator %(number)s as a number."),
}
"""What to do about an empty cell of the indicators."""


def answer(question: Question) -> Message:
    """What to do about a question that is not answered."""
    if question.label in ANSWERS:
        return Message(ANSWERS[question.label], cure=question.key)
    return Message(KINDS.get(question.kind, ANY_KIND), label=question.named, cure=question.key)


def cell(question: Question, column: Column, number: int) -> Message:
    """What to do about an empty cell of a table. number: of the line, from 1."""
    cure = f"{question.key}-{number - 1}-{column.key}"
    if column.title in CELLS:
        return Message(CELLS[column.title], label=question.named, number=number, cure=cure)
    return Message(ANY_CELL, column=Message(column.title), label=question.named, number=number, cure=cure)
