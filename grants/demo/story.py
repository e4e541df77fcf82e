"""The acts of the story: one grant from call to closing report, one application declined and one withdrawn."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from grants.demo import content, proposals
from grants.demo.browser import Visitor
from grants.demo.cast import CAST
from grants.demo.proposals import Review
from grants.demo.stage import FRIDAY, Stage

OPENED = 482
"""The story begins this many days before today, so that the project has ended and its last report is approved today."""
ENVELOPE = "60000.00"
REVIEWERS = ("ines", "karim", "lucie")
STAND_IN = "farid"


def play(stage: Stage, folder: Path, meanwhile: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Play the story, keep both documents in `folder`, and return the content of `story.json`.

    meanwhile: called between the interim and the final report, 171 to 10 days before today, and can move the clock.
    """
    call = open_call(stage)
    grant, other, third = (propose(stage, call), *propose_others(stage, call))
    close_call(stage, call)
    screen(stage, grant, other, third)
    review(stage, grant, other)
    decide(stage, grant, other)
    sign(stage, grant)
    letter = keep(stage, grant, "L-", folder / "award-letter.pdf")
    pay(stage)
    report_interim(stage, grant)
    pay(stage)
    meanwhile()
    report_finally(stage, grant)
    close(stage, grant)
    impact = keep(stage, grant, "I-", folder / "impact-report.pdf")
    return {
        "call": call,
        "applications": {"granted": grant, "declined": other},
        "documents": [letter, impact],
        "steps": stage.steps,
    }


def open_call(stage: Stage) -> int:
    """Finance opens a fund, an officer sets up a call, finance allocates money to it, and the officer opens it."""
    stage.at(OPENED)
    year = str(stage.today().year)
    with stage.step("rosa", "record a contribution") as rosa:
        rosa.open("/funds/new")
        rosa.send(
            "/funds",
            confirmed="y",
            title=f"{year} contribution (demonstration)",
            year=year,
            currency="USD",
            amount="250000.00",
            source=".ORG registrations, demonstration",
        )
    with stage.step("nia", "set up a call") as nia:
        nia.open("/office/calls/new")
        opens, closes = stage.today(), closing(stage.today() + timedelta(days=42))
        nia.send(
            "/office/calls/new",
            programme="BTN-L",
            title=content.CALL.format(closes_at=closes),
            opens_at=f"{opens:%Y-%m-%dT%H:%M}",
            closes_at=f"{closes:%Y-%m-%dT%H:%M}",
        )
    call = number_in(nia.address)
    with stage.step("rosa", "allocate money to the call") as rosa:
        rosa.open("/funds")
        rosa.follow(f"{year} contribution (demonstration)")
        rosa.send("/envelope", call=str(call), amount=ENVELOPE)
    with stage.step("nia", "open the call") as nia:
        nia.open(f"/office/calls/{call}")
        nia.send("/transitions/open")
    return call


def closing(day: datetime) -> datetime:
    """The first Friday from this day on, one minute before midnight."""
    return (day + timedelta(days=(FRIDAY - day.weekday()) % 7)).replace(hour=23, minute=59)


def propose(stage: Stage, call: int) -> int:
    """The chapter checks whether it can apply, writes the proposal, looks at what is missing, and submits it."""
    stage.at(442)
    proposal = proposals.read("madagascar")
    with stage.step("hanta", "start a draft") as hanta:
        draft = begin(hanta, call)
    with stage.step("hanta", "save the title only") as hanta:
        hanta.send("/write", title=proposal.title)
        hanta.open(f"/applications/{draft}/send")
    with stage.step("mialy", "complete the proposal") as mialy:
        write(mialy, draft, content.fields(proposal, stage.today().date()))
    with stage.step("hanta", "submit") as hanta:
        send(hanta, draft, "submit")
    return draft


def propose_others(stage: Stage, call: int) -> tuple[int, int]:
    """Two other chapters submit a proposal."""
    drafts = []
    for key, country in (("lucia", "uruguay"), ("wanjiru", "kenya")):
        with stage.step(key, "submit") as applicant:
            drafts.append(begin(applicant, call))
            write(applicant, drafts[-1], content.fields(proposals.read(country), stage.today().date()))
            send(applicant, drafts[-1], "submit")
    return drafts[0], drafts[1]


def close_call(stage: Stage, call: int) -> None:
    """The officer closes the call after its closing date."""
    stage.at(433)
    with stage.step("nia", "close the call") as nia:
        nia.open(f"/office/calls/{call}")
        nia.send("/transitions/close", confirmed="yes")


def screen(stage: Stage, grant: int, other: int, third: int) -> None:
    """The first is sent back with a question and answered, the third withdrawn; the first two are passed to review."""
    with stage.step("nia", "send back with a question") as nia:
        nia.open(f"/applications/{grant}")
        nia.send("/transitions/ask", question=content.QUESTION)
    with stage.step("wanjiru", "withdraw") as wanjiru:
        wanjiru.open(f"/applications/{third}")
        wanjiru.send("/transitions/withdraw", reason=content.WITHDRAWN, confirmed="yes")
    stage.at(431)
    with stage.step("hanta", "answer the question") as hanta:
        text = str(proposals.read("madagascar").answers["sustainability"]) + content.ADDED
        write(hanta, grant, {"sustainability": text})
        send(hanta, grant, "answer")
    stage.at(428)
    with stage.step("nia", "check and pass to review") as nia:
        for application in (grant, other):
            check_and_pass(nia, application)


def check_and_pass(officer: Visitor, application: int) -> None:
    """Record a result for each eligibility check, then pass the application to review."""
    officer.open(f"/applications/{application}")
    lines = dict.fromkeys(
        form.action for form in officer.page.forms if f"/applications/{application}/checks/" in form.action
    )
    for action in lines:
        officer.open(f"/applications/{application}")
        officer.send(action, **{f"{action.rpartition('/')[2]}-verdict": "passed"})
    officer.open(f"/applications/{application}")
    officer.send("/transitions/pass")


def review(stage: Stage, grant: int, other: int) -> None:
    """Three reviewers are invited for each; one declares a conflict and is replaced; six reviews are submitted."""
    with stage.step("nia", "invite three reviewers for each") as nia:
        assign(nia, grant, *REVIEWERS)
        assign(nia, other, "ines", "karim", STAND_IN)
    stage.at(424)
    with stage.step("lucie", "declare a conflict") as lucie:
        desk(lucie, proposals.read("madagascar").title)
        lucie.send("/clear", member="y")
    with stage.step("nia", "invite another reviewer") as nia:
        assign(nia, grant, STAND_IN)
    for number, (days_ago, key) in enumerate(((420, "ines"), (418, "karim"), (416, STAND_IN))):
        stage.at(days_ago)
        for proposal in (proposals.read("madagascar"), proposals.read("uruguay")):
            with stage.step(key, "review") as reviewer:
                score(reviewer, proposal.title, proposal.reviews[number])


def assign(officer: Visitor, application: int, *keys: str) -> None:
    """Invite each of them to review."""
    for key in keys:
        officer.open(f"/applications/{application}/reviewers")
        form = officer.page.form("/reviewers")
        person = person_in(officer, form.offered.get("reviewer", []), CAST[key].name)
        officer.send("/reviewers", reviewer=person)


def score(reviewer: Visitor, title: str, review: Review) -> None:
    """Declare that there is no conflict, score every criterion with a comment, recommend, and submit."""
    desk(reviewer, title)
    reviewer.send("/clear", none="y")
    fields = {f"score_{key}": str(points) for key, points in review.points.items()}
    fields |= {f"comment_{key}": comment for key, comment in review.comments.items()}
    reviewer.send(
        "/send",
        **fields,
        strengths=review.strengths,
        concerns=review.concerns,
        questions="",
        fund="yes" if review.fund else "no",
        amount=str(review.amount or ""),
        confidence="4",
    )


def desk(reviewer: Visitor, title: str) -> None:
    """Open the assignment with this title from the reviewer's list."""
    reviewer.open("/reviews")
    for href in dict.fromkeys(href for href in reviewer.page.hrefs if re.fullmatch(r"/reviews/\d+", href)):
        if title in reviewer.open(href).text:
            return
    raise LookupError(f"{title} is not among the assignments")


def decide(stage: Stage, grant: int, other: int) -> None:
    """An officer sends both to panel and a second one recommends; the approver awards the first, declines the other."""
    stage.at(409)
    with stage.step("nia", "send both to panel") as nia:
        take(nia, (grant, other), "to_panel")
    with stage.step("joel", "recommend an award") as joel:
        take(joel, (grant,), "recommend", kind="award", amount="12322.00", conditions=content.CONDITION)
    with stage.step("joel", "recommend to decline") as joel:
        take(joel, (other,), "recommend", kind="decline", amount="", feedback=content.FEEDBACK)
    stage.at(405)
    with stage.step("rivera", "award") as rivera:
        take(rivera, (grant,), "award", amount="12322.00", conditions=content.CONDITION, confirmed="yes")
    with stage.step("rivera", "decline with feedback") as rivera:
        take(rivera, (other,), "decline", feedback=content.FEEDBACK, confirmed="yes")


def take(visitor: Visitor, applications: Sequence[int], transition: str, **fields: str) -> None:
    """Open each application and take the transition."""
    for application in applications:
        visitor.open(f"/applications/{application}")
        visitor.send(f"/transitions/{transition}", **fields)


def sign(stage: Stage, application: int) -> None:
    """Both sides sign and an officer confirms that the condition is met; the first instalment becomes payable."""
    stage.at(402)
    with stage.step("hanta", "sign the agreement") as hanta:
        hanta.open(f"/applications/{application}/award")
        hanta.send("/transitions/sign", name="Hanta R. (demo)", read="yes")
    with stage.step("rivera", "countersign the agreement") as rivera:
        rivera.open(f"/applications/{application}/award")
        rivera.send("/transitions/countersign", name="A. Rivera (demo)", read="yes")
    stage.at(397)
    with stage.step("nia", "confirm that the condition is met") as nia:
        nia.open(f"/applications/{application}/award")
        nia.send("/transitions/met", proof=content.PROOF.format(dated=stage.today() - timedelta(days=3)))


def pay(stage: Stage) -> None:
    """Three people prepare, approve and release a batch of payments; then the payments are confirmed."""
    with stage.step("rosa", "prepare a batch") as rosa:
        rosa.open("/batches")
        rosa.open(next(href for href in rosa.page.hrefs if "/batches/new" in href))
        form = rosa.page.form("/batches")
        rosa.send("/batches", instalments=form.offered["instalments"])
    batch = number_in(rosa.address)
    ticked = {"confirmed": "yes"}
    for key, transition, fields in (
        ("daniel", "approve", {}),
        ("tomas", "release", ticked),
        ("rosa", "confirm", ticked),
    ):
        with stage.step(key, f"{transition} the batch") as finance:
            finance.open(f"/batches/{batch}")
            finance.send(f"/transitions/{transition}", **fields)


def report_interim(stage: Stage, application: int) -> None:
    """The interim report is submitted, sent back once, submitted again and approved.

    The second instalment becomes payable.
    """
    stage.at(188)
    with stage.step("mialy", "submit the interim report") as mialy:
        report = write_report(mialy, application, content.REPORT, content.INTERIM, content.SPENT_INTERIM)
    stage.at(183)
    with stage.step("nia", "return the report with questions") as nia:
        nia.open(f"/reports/{report}")
        nia.send("/transitions/send_back", question=content.FIGURES_WANTED)
    stage.at(178)
    with stage.step("hanta", "submit the report again") as hanta:
        again = {**content.REPORT, "summary": f"{content.REPORT['summary']} {content.TRAINED}"}
        write_report(hanta, application, again, content.INTERIM, content.SPENT_INTERIM)
    stage.at(172)
    with stage.step("nia", "approve the interim report") as nia:
        nia.open(f"/reports/{report}")
        nia.send("/transitions/approve", confirmed="yes")


def report_finally(stage: Stage, application: int) -> None:
    """The final report is submitted and approved, with the story and what did not work."""
    stage.at(9)
    with stage.step("hanta", "submit the final report") as hanta:
        report = write_report(hanta, application, content.LAST_REPORT, content.FINAL, content.SPENT_FINAL)
    stage.at(2)
    with stage.step("joel", "approve the final report") as joel:
        joel.open(f"/reports/{report}")
        joel.send("/transitions/approve", confirmed="yes")


def write_report(
    grantee: Visitor, application: int, texts: content.Fields, figures: tuple[str, ...], spent: tuple[str, ...]
) -> int:
    """Fill in, save and submit the report that is due; return its number."""
    grantee.open(f"/applications/{application}/award")
    grantee.follow("Write the report")
    form = next(form for form in grantee.page.forms if form.action.endswith("/write"))
    report = number_in(form.action)
    fields: content.Fields = dict(texts)
    fields |= dict(zip([name for name in form.fields if name.endswith("_actual")], figures, strict=True))
    fields |= dict(zip([name for name in form.fields if name.endswith("_spent")], spent, strict=True))
    reasons = [name for name in form.fields if name.endswith("_explanation")]
    fields |= {name: content.OVERRUN if number == content.OVERRUN_LINE else "" for number, name in enumerate(reasons)}
    grantee.send(form.action, **fields)
    grantee.open(f"/reports/{report}/send")
    grantee.send("/transitions/send")
    return report


def close(stage: Stage, application: int) -> None:
    """Close the grant once everything is reported and paid; the impact report is ordered."""
    stage.at(0)
    with stage.step("nia", "close the grant") as nia:
        nia.open(f"/applications/{application}")
        nia.send("/transitions/close", confirmed="yes")


def keep(stage: Stage, application: int, series: str, path: Path) -> dict[str, str]:
    """Wait for the worker, download the document and keep it."""
    content = stage.document("hanta", f"/applications/{application}", series)
    path.write_bytes(content)
    return {"file": path.name, "sha256": hashlib.sha256(content).hexdigest()}


def begin(applicant: Visitor, call: int) -> int:
    """Check that the applicant's organisation can apply, and open the draft."""
    applicant.open(f"/calls/{call}/apply")
    applicant.send("/apply")
    return number_in(applicant.address)


def write(applicant: Visitor, application: int, fields: content.Fields) -> None:
    """Fill in the form and save it."""
    applicant.open(f"/applications/{application}/write")
    applicant.send("/write", **fields)


def send(applicant: Visitor, application: int, transition: str) -> None:
    """Check and submit."""
    applicant.open(f"/applications/{application}/send")
    applicant.send(f"/transitions/{transition}")


def person_in(visitor: Visitor, offered: list[str], name: str) -> str:
    """The form value of the option with this person's name."""
    for value in offered:
        if name in visitor.page.labels.get(value, ""):
            return value
    raise LookupError(f"{name} is not offered")


def number_in(address: str) -> int:
    """The last number in an address."""
    return int(re.findall(r"/(\d+)", address)[-1])


def written_down(story: dict[str, Any], path: Path) -> None:
    """Save the story as JSON."""
    path.write_text(json.dumps(story, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
