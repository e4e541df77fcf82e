"""The acts of the story: one grant from call to closing report, one application declined and one withdrawn."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from grants.demo import content
from grants.demo.browser import Visitor
from grants.demo.cast import CAST
from grants.demo.stage import Stage

ENVELOPE = "60000.00"
REVIEWERS = ("ines", "karim", "lucie")
STAND_IN = "farid"


def play(stage: Stage, folder: Path) -> dict[str, Any]:
    """Play the story, keep both documents in `folder`, and return the content of `story.json`."""
    call = open_call(stage)
    grant = propose(stage, call)
    other = propose_second(stage, call)
    withdraw_third(stage, call)
    screen(stage, grant)
    review(stage, grant)
    decide(stage, grant)
    refuse_second(stage, other)
    sign(stage, grant)
    letter = keep(stage, grant, "L-", folder / "award-letter.pdf")
    pay(stage)
    report_interim(stage, grant)
    pay(stage)
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
    stage.at(420)
    year = str(stage.today().year)
    with stage.step("rosa", "receive a contribution") as rosa:
        rosa.open("/funds/new")
        rosa.send(
            "/funds",
            title=f"{year} contribution (demonstration)",
            year=year,
            currency="USD",
            amount="250000.00",
            source=".ORG registrations, demonstration",
        )
    with stage.step("nia", "set up a call") as nia:
        nia.open("/office/calls/new")
        opens, closes = stage.today(), stage.today()
        nia.send(
            "/office/calls/new",
            programme="BTN-L",
            title=content.CALL,
            opens_at=f"{opens:%Y-%m-%dT%H:%M}",
            closes_at=f"{closes.replace(year=closes.year + 2):%Y-%m-%dT%H:%M}",
        )
    call = number_in(nia.address)
    with stage.step("rosa", "allocate money to the call") as rosa:
        rosa.open("/funds")
        rosa.follow(f"{year} contribution (demonstration)")
        rosa.send("/envelope", call=str(call), amount=ENVELOPE)
    with stage.step("nia", "open the call") as nia:
        nia.open(f"/office/calls/{call}")
        nia.send("/open")
    return call


def propose(stage: Stage, call: int) -> int:
    """The chapter checks whether it can apply, writes the proposal, looks at what is missing, and submits it."""
    stage.at(410)
    with stage.step("hanta", "start a draft") as hanta:
        draft = begin(hanta, call)
    with stage.step("hanta", "save the title only") as hanta:
        hanta.send("/write", title=content.TITLE)
        hanta.open(f"/applications/{draft}/send")
    with stage.step("mialy", "complete the proposal") as mialy:
        write(mialy, draft, content.proposal(stage.today().date()))
    with stage.step("hanta", "submit") as hanta:
        send(hanta, draft, "submit")
    return draft


def propose_second(stage: Stage, call: int) -> int:
    """Another chapter submits a weaker proposal."""
    with stage.step("lucia", "submit") as lucia:
        draft = begin(lucia, call)
        write(lucia, draft, content.proposal(stage.today().date(), content.SPANISH))
        send(lucia, draft, "submit")
    return draft


def withdraw_third(stage: Stage, call: int) -> None:
    """A third applicant begins a proposal, submits it and withdraws it."""
    with stage.step("wanjiru", "submit") as wanjiru:
        draft = begin(wanjiru, call)
        write(wanjiru, draft, content.proposal(stage.today().date(), content.THIRD))
        send(wanjiru, draft, "submit")
    with stage.step("wanjiru", "withdraw") as wanjiru:
        wanjiru.open(f"/applications/{draft}")
        wanjiru.send("/transitions/withdraw", reason=content.WITHDRAWN)


def screen(stage: Stage, application: int) -> None:
    """The application is sent back with a question, answered, checked and passed to review."""
    stage.at(405)
    with stage.step("nia", "send back with a question") as nia:
        nia.open(f"/applications/{application}")
        nia.send("/transitions/ask", question=content.QUESTION)
    stage.at(403)
    with stage.step("hanta", "answer the question") as hanta:
        text = str(content.ANSWERS["sustainability"]) + content.ADDED
        write(hanta, application, {"sustainability": text})
        send(hanta, application, "answer")
    stage.at(400)
    with stage.step("nia", "check and pass to review") as nia:
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


def review(stage: Stage, application: int) -> None:
    """Three reviewers are invited; one declares a conflict and is replaced; three reviews are submitted."""
    with stage.step("nia", "invite three reviewers") as nia:
        assign(nia, application, *REVIEWERS)
    stage.at(396)
    with stage.step("lucie", "declare a conflict") as lucie:
        desk(lucie, content.TITLE)
        lucie.send("/clear", member="y")
    with stage.step("nia", "invite another reviewer") as nia:
        assign(nia, application, STAND_IN)
    for days_ago, key, points in ((392, "ines", 4), (390, "karim", 4), (388, STAND_IN, 5)):
        stage.at(days_ago)
        with stage.step(key, "review") as reviewer:
            score(reviewer, content.TITLE, points, content.COMMENT, fund=True, amount="12322.00")


def assign(officer: Visitor, application: int, *keys: str) -> None:
    """Invite each of them to review."""
    for key in keys:
        officer.open(f"/applications/{application}/reviewers")
        form = officer.page.form("/reviewers")
        person = person_in(officer, form.offered.get("reviewer", []), CAST[key].name)
        officer.send("/reviewers", reviewer=person)


def score(reviewer: Visitor, title: str, points: int, comment: str, *, fund: bool, amount: str) -> None:
    """Declare that there is no conflict, score every criterion with a comment, recommend, and submit."""
    desk(reviewer, title)
    reviewer.send("/clear", none="y")
    form = reviewer.page.form("/send")
    criteria = [name.removeprefix("score_") for name in form.offered if name.startswith("score_")]
    fields = {f"score_{key}": str(points) for key in criteria} | {f"comment_{key}": comment for key in criteria}
    reviewer.send(
        "/send",
        **fields,
        strengths=comment,
        concerns=content.WEAK_COMMENT,
        questions="",
        fund="yes" if fund else "no",
        amount=amount if fund else "",
        confidence="4",
    )


def desk(reviewer: Visitor, title: str) -> None:
    """Open the assignment with this title from the reviewer's list."""
    reviewer.open("/reviews")
    for href in dict.fromkeys(href for href in reviewer.page.hrefs if re.fullmatch(r"/reviews/\d+", href)):
        if title in reviewer.open(href).text:
            return
    raise LookupError(f"{title} is not among the assignments")


def decide(stage: Stage, application: int) -> None:
    """An officer sends it to panel, a second one recommends it, and the approver awards it in full on a condition."""
    stage.at(382)
    with stage.step("nia", "send to panel") as nia:
        nia.open(f"/applications/{application}")
        nia.send("/transitions/to_panel")
    with stage.step("joel", "recommend an award") as joel:
        joel.open(f"/applications/{application}")
        joel.send("/transitions/recommend", kind="award", amount="12322.00", conditions=content.CONDITION)
    stage.at(375)
    with stage.step("rivera", "award") as rivera:
        rivera.open(f"/applications/{application}")
        rivera.send("/transitions/award", amount="12322.00", conditions=content.CONDITION)


def refuse_second(stage: Stage, application: int) -> None:
    """The second application takes the same way and is declined with feedback."""
    with stage.step("nia", "check, invite reviewers and send to panel") as nia:
        check_and_pass(nia, application)
        assign(nia, application, "ines", "karim", STAND_IN)
    for key, points in (("ines", 2), ("karim", 2), (STAND_IN, 3)):
        with stage.step(key, "review") as reviewer:
            score(reviewer, str(content.SPANISH["title"]), points, content.WEAK_COMMENT, fund=False, amount="")
    with stage.step("nia", "send to panel") as nia:
        nia.open(f"/applications/{application}")
        nia.send("/transitions/to_panel")
    with stage.step("joel", "recommend to decline") as joel:
        joel.open(f"/applications/{application}")
        joel.send("/transitions/recommend", kind="decline", amount="", feedback=content.FEEDBACK)
    with stage.step("rivera", "decline with feedback") as rivera:
        rivera.open(f"/applications/{application}")
        rivera.send("/transitions/decline", feedback=content.FEEDBACK)


def sign(stage: Stage, application: int) -> None:
    """Both sides sign and an officer confirms that the condition is met; the first instalment becomes payable."""
    stage.at(372)
    with stage.step("hanta", "sign the agreement") as hanta:
        hanta.open(f"/applications/{application}/award")
        hanta.send("/transitions/sign", name="Hanta Demo", read="yes")
    with stage.step("rivera", "countersign the agreement") as rivera:
        rivera.open(f"/applications/{application}/award")
        rivera.send("/transitions/countersign", name="A. Rivera Demo", read="yes")
    with stage.step("nia", "confirm that the condition is met") as nia:
        nia.open(f"/applications/{application}/award")
        nia.send("/transitions/met", proof=content.PROOF)


def pay(stage: Stage) -> None:
    """Three people prepare, approve and release a batch of payments; then the payments are confirmed."""
    with stage.step("rosa", "prepare a batch") as rosa:
        rosa.open("/batches")
        rosa.open(next(href for href in rosa.page.hrefs if "/batches/new" in href))
        form = rosa.page.form("/batches")
        rosa.send("/batches", instalments=form.offered["instalments"])
    batch = number_in(rosa.address)
    for key, transition in (("daniel", "approve"), ("tomas", "release"), ("rosa", "confirm")):
        with stage.step(key, f"{transition} the batch") as finance:
            finance.open(f"/batches/{batch}")
            finance.send(f"/transitions/{transition}")


def report_interim(stage: Stage, application: int) -> None:
    """The interim report is submitted, sent back once, submitted again and approved.

    The second instalment becomes payable.
    """
    stage.at(178)
    with stage.step("mialy", "submit the interim report") as mialy:
        report = write_report(mialy, application, content.REPORT, content.INTERIM, content.SPENT_INTERIM)
    stage.at(172)
    with stage.step("nia", "send the report back") as nia:
        nia.open(f"/reports/{report}")
        nia.send("/transitions/send_back", question=content.FIGURES_WANTED)
    stage.at(165)
    with stage.step("hanta", "submit the report again") as hanta:
        again = {**content.REPORT, "summary": f"{content.REPORT['summary']} {content.TRAINED}"}
        write_report(hanta, application, again, content.INTERIM, content.SPENT_INTERIM)
    stage.at(160)
    with stage.step("nia", "approve the interim report") as nia:
        nia.open(f"/reports/{report}")
        nia.send("/transitions/approve")


def report_finally(stage: Stage, application: int) -> None:
    """The final report is submitted and approved, with the story and what did not work."""
    stage.at(4)
    with stage.step("hanta", "submit the final report") as hanta:
        report = write_report(hanta, application, content.LAST_REPORT, content.FINAL, content.SPENT_FINAL)
    stage.at(1)
    with stage.step("joel", "approve the final report") as joel:
        joel.open(f"/reports/{report}")
        joel.send("/transitions/approve")


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
        nia.send("/transitions/close")


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
