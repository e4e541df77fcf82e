"""Subjects and texts of mails of earlier releases that databases still store, each with today's (`reworded.py`)."""

from __future__ import annotations

RECEIVED = (
    "We received your proposal on %(at)s. Its reference number is %(reference)s. You do not need to do anything "
    "now. We will write to you if we have a question, and when we have made a decision."
)
AWARDED = (
    "We have awarded your project %(amount)s. You will find the award letter on your application page. "
    "Sign the agreement by the date stated in the letter."
)
SIGN_BY = (
    "We have awarded your project %(amount)s. Read and sign the agreement online by %(until)s. Open the page below "
    "to read the award letter and the agreement."
)
ANSWERED = (
    "On %(at)s, we received your answer to our question about your %(proposal)s. The reference number is still "
    "%(reference)s. You do not need to do anything now. We will write to you if we have another question, and when we "
    "have made a decision."
)
DECLINED = (
    "We are sorry to tell you that your %(proposal)s was not selected for funding. These are our reasons:\n\n"
    "%(feedback)s\n\nYou will find the decision letter on your application page. If these reasons contain a factual "
    "error, you can appeal until %(appeal_until)s; the letter explains how."
)
NOT_ELIGIBLE = (
    "Thank you for your %(proposal)s. We are sorry to tell you that it does not meet the rules of this call, so we "
    "cannot consider it for funding. These are our reasons:\n\n%(feedback)s\n\nYou will find the decision letter on "
    "your application page. If these reasons contain a factual error, you can appeal until %(appeal_until)s; the "
    "letter explains how."
)
DECLINED_BRIEFLY = (
    "We are sorry to tell you that your project was not selected for funding. These are our reasons:\n\n%(feedback)s"
)
NOT_ELIGIBLE_BRIEFLY = (
    "Thank you for your proposal. We are sorry to tell you that it does not meet the rules of this call, so we cannot "
    "consider it for funding. These are our reasons:\n\n%(feedback)s"
)
REVOKED = (
    "We have revoked the award. This is our reason:\n\n%(reason)s\n\n"
    "The agreement was not signed by both parties, so neither owes the other anything."
)
RETURN = (
    "%(unused)s of the money that we paid was not spent. Return it by %(day)s, and quote %(number)s as the payment "
    "reference. Ask your programme officer which account to use."
)
QUESTION = (
    "We have a question about your %(proposal)s:\n\n%(question)s\n\n"
    "Answer in writing, update your %(proposal)s, or do both. Then resubmit it by %(until)s."
)
QUESTION_BRIEFLY = (
    "We have a question about your proposal:\n\n%(question)s\n\nChange the proposal and submit it again by %(until)s."
)
DECLINED_EARLIER = (
    "We are sorry to tell you that your project was not selected for funding. These are our reasons:\n\n%(feedback)s"
    "\n\nYou will find the decision letter on your application page. If these reasons contain a factual error, you can "
    "appeal until %(appeal_until)s; the letter explains how."
)
NOT_ELIGIBLE_EARLIER = (
    "Thank you for your proposal. We are sorry to tell you that it does not meet the rules of this call, so we cannot "
    "consider it for funding. These are our reasons:\n\n%(feedback)s\n\nYou will find the decision letter on your "
    "application page. If these reasons contain a factual error, you can appeal until %(appeal_until)s; the letter "
    "explains how."
)

MAILS: tuple[dict[str, str], ...] = (
    # application
    {
        "Sent: %(title)s": "Proposal received: %(title)s",
        "Application received: %(title)s": "Proposal received: %(title)s",
        "We received your application on %(at)s. Its reference number is %(reference)s. You do not need to do "
        "anything now. We will write to you if we have a question, and when we have made a decision.": RECEIVED,
        "We received your proposal on %(at)s. Its number is %(reference)s.": RECEIVED,
        "We received your proposal on %(at)s. Its reference number is %(reference)s. "
        "You do not need to do anything now: we write to you when we have a question or a decision.": RECEIVED,
    },
    {
        "We received your alert on %(at)s. Its number is %(reference)s.": (
            "We received your alert on %(at)s. Its reference number is %(reference)s. A programme officer will "
            "assess it next. You do not need to do anything now."
        ),
        "We received your alert on %(at)s. Its reference number is %(reference)s. "
        "The officer on duty will assess it next. You do not need to do anything now.": (
            "We received your alert on %(at)s. Its reference number is %(reference)s. A programme officer will "
            "assess it next. You do not need to do anything now."
        ),
        "We received your alert on %(at)s. Its reference number is %(reference)s. "
        "The officer on duty assesses it next. You do not need to do anything now.": (
            "We received your alert on %(at)s. Its reference number is %(reference)s. A programme officer will "
            "assess it next. You do not need to do anything now."
        ),
    },
    {
        "We have a question about your %(proposal)s:\n\n%(question)s\n\n"
        "Change it and submit it again before %(until)s.": QUESTION,
        "We have a question about your %(proposal)s:\n\n%(question)s\n\n"
        "Update your %(proposal)s and resubmit it before %(until)s.": QUESTION,
        "A question about %(title)s": "Answer our question: %(title)s",
        "%(question)s\n\nAnswer by changing the proposal and sending it again before %(until)s.": QUESTION_BRIEFLY,
        "We have a question about your proposal:\n\n%(question)s\n\n"
        "Change the proposal and submit it again before %(until)s.": QUESTION_BRIEFLY,
        "Answer our question before %(until)s: %(title)s": "Answer our question by %(until)s: %(title)s",
        "We have a question about your %(proposal)s:\n\n%(question)s\n\n"
        "Answer in writing, update your %(proposal)s, or do both. Then resubmit it before %(until)s.": QUESTION,
        "our decision": "the date of our decision",
    },
    {
        "We received your revised %(proposal)s: %(title)s": "We received your answer: %(title)s",
        "We received your revised %(proposal)s on %(at)s. It replaces the earlier version; its reference number is "
        "still %(reference)s. You do not need to do anything now. We will write to you if we have another question, "
        "and when we have made a decision.": ANSWERED,
        "We received your answer to our question about your %(proposal)s on %(at)s. The reference number is still "
        "%(reference)s. You do not need to do anything now. We will write to you if we have another question, and when "
        "we have made a decision.": ANSWERED,
    },
    {
        "You are invited: %(title)s": "Submit your full proposal by %(until)s: %(title)s",
        "Write the full proposal and send it before %(until)s.": (
            "We invite you to submit a full proposal. Write it and submit it by %(until)s."
        ),
        "We invite you to submit a full proposal. Write it and submit it before %(until)s.": (
            "We invite you to submit a full proposal. Write it and submit it by %(until)s."
        ),
    },
    {
        "Now the mini-proposal: %(title)s": "Submit your mini-proposal by %(until)s: %(title)s",
        "Write the mini-proposal and send it before %(until)s.": (
            "We have accepted your alert. Write the mini-proposal and submit it by %(until)s."
        ),
        "We have accepted your alert. Write the mini-proposal and submit it before %(until)s.": (
            "We have accepted your alert. Write the mini-proposal and submit it by %(until)s."
        ),
    },
    {
        "Time has run out: %(title)s": "Overdue: %(title)s",
        "The step was not taken in time. You are the deputy: act, or name who does.": (
            "This step was not completed in time. You are the deputy: complete it, or name the person who will."
        ),
        "This step was not completed in time. You are the deputy: complete it, or name the person who does.": (
            "This step was not completed in time. You are the deputy: complete it, or name the person who will."
        ),
    },
    {
        "The assessment of alert %(reference)s is overdue. Please arrange for a programme officer to complete it.": (
            "The assessment of alert %(reference)s is overdue. Ask a programme officer to complete it."
        ),
        "The reviews of application %(reference)s and the recommendation are overdue. Please arrange for a programme "
        "officer to complete them.": (
            "The reviews of application %(reference)s and the recommendation are overdue. Ask a programme officer to "
            "obtain the missing reviews and make the recommendation."
        ),
        "The decision on application %(reference)s is overdue. Please make it, or arrange for another approver to "
        "make it.": (
            "The decision on application %(reference)s is overdue. Make it, or ask another approver to make it."
        ),
    },
    {
        "%(title)s is not funded": "Not selected for funding: %(title)s",
        "Not funded: %(title)s": "Not selected for funding: %(title)s",
        "%(feedback)s": DECLINED_BRIEFLY,
    },
    {
        "%(title)s is funded": "Award of %(amount)s: %(title)s",
        "The award is %(amount)s. Its letter is being printed; you find it on the page of your proposal.": AWARDED,
        "We award your project %(amount)s. The award letter is on the page of your proposal as soon as it is printed. "
        "Sign the agreement by the day stated in the letter.": AWARDED,
        "We have awarded your project %(amount)s. You will find the award letter on the page of your application. Sign "
        "the agreement by the date stated in the letter.": AWARDED,
    },
    {
        "Grant awarded, sign by %(until)s: %(title)s": "Sign by %(until)s: %(title)s",
        "We have awarded your project %(amount)s. Read and sign the agreement online by %(until)s. The page below "
        "shows the award letter and leads to the agreement.": SIGN_BY,
        "We have awarded your project %(amount)s. Read and sign the agreement by %(until)s. You will find the "
        "agreement and the award letter on the page of your application.": SIGN_BY,
        "We have awarded your project %(amount)s. Read and sign the agreement by %(until)s. You will find the "
        "agreement and the award letter on your application page.": SIGN_BY,
    },
    {
        "Your %(proposal)s was not selected for funding. These are our reasons:\n\n%(feedback)s\n\nYou will find the "
        "decision letter on the page of your application. If these reasons contain a factual error, you can appeal "
        "until %(appeal_until)s; the letter explains how.": DECLINED,
        "Your %(proposal)s was not selected for funding. These are our reasons:\n\n%(feedback)s\n\nYou will find the "
        "decision letter on your application page. If these reasons contain a factual error, you can appeal "
        "until %(appeal_until)s; the letter explains how.": DECLINED,
        "We have decided not to fund your project. These are our reasons:\n\n%(feedback)s\n\nYou will find the "
        "decision letter on the page of your application. If these reasons contain a factual error, you can appeal "
        "until %(appeal_until)s; the letter explains how.": DECLINED_EARLIER,
        "We are sorry to tell you that your project was not selected for funding. These are our "
        "reasons:\n\n%(feedback)s\n\nYou will find the decision letter on the page of your application. If these "
        "reasons contain a factual error, you can appeal until %(appeal_until)s; the letter explains how.": (
            DECLINED_EARLIER
        ),
        "We have decided not to fund your project. These are our reasons:\n\n%(feedback)s": DECLINED_BRIEFLY,
    },
    {
        "Your %(proposal)s does not meet the rules of this call, so we cannot consider it for funding. These are "
        "our reasons:\n\n%(feedback)s\n\nYou will find the decision letter on the page of your application. If these "
        "reasons contain a factual error, you can appeal until %(appeal_until)s; the letter explains how.": (
            NOT_ELIGIBLE
        ),
        "Your %(proposal)s does not meet the rules of this call, so we cannot consider it for funding. These are "
        "our reasons:\n\n%(feedback)s\n\nYou will find the decision letter on your application page. If these "
        "reasons contain a factual error, you can appeal until %(appeal_until)s; the letter explains how.": (
            NOT_ELIGIBLE
        ),
        "Your proposal does not meet the rules of this call, so we cannot consider it for funding. These are our "
        "reasons:\n\n%(feedback)s\n\nYou will find the decision letter on the page of your application. If these "
        "reasons contain a factual error, you can appeal until %(appeal_until)s; the letter explains how.": (
            NOT_ELIGIBLE_EARLIER
        ),
        "Thank you for your proposal. We are sorry to tell you that it does not meet the rules of this call, so we "
        "cannot consider it for funding. These are our reasons:\n\n%(feedback)s\n\nYou will find the decision letter "
        "on the page of your application. If these reasons contain a factual error, you can appeal until "
        "%(appeal_until)s; the letter explains how.": NOT_ELIGIBLE_EARLIER,
    },
    {
        "Your application does not meet the rules of this call, so we cannot consider it for funding. These are our "
        "reasons:\n\n%(feedback)s": NOT_ELIGIBLE_BRIEFLY,
        "Your proposal does not meet the rules of this call, so we cannot consider it for funding. These are our "
        "reasons:\n\n%(feedback)s": NOT_ELIGIBLE_BRIEFLY,
    },
    {
        "Award turned down: %(title)s": "Award declined: %(title)s",
        "The grantee does not take the award. Its money is back in the call.\n\n%(reason)s": (
            "The grantee has declined the award. Its amount is available in the call again.\n\n%(reason)s"
        ),
    },
    {
        "We have taken the award back: %(title)s": "Award revoked: %(title)s",
        "%(reason)s\n\nThe agreement was not signed by both sides, so nothing is owed by you or by us.": REVOKED,
        "We have revoked the award. This is our reason:\n\n%(reason)s\n\n"
        "The agreement was not signed by both sides, so neither side owes the other anything.": REVOKED,
    },
    # call
    {
        "Submit by %(until)s: deadline of “%(call)s” extended": "Submit by %(until)s: deadline for “%(call)s” extended",
        "We have extended the deadline of the call “%(call)s” to %(until)s. Your draft is saved, and you can submit it "
        "until then. The reason is:\n\n%(reason)s": (
            "We have extended the deadline for the call “%(call)s” to %(until)s. Your draft is saved, and you can "
            "submit it until then. The reason is:\n\n%(reason)s"
        ),
    },
    {
        "Submit by %(until)s: more time for “%(call)s”": "Submit by %(until)s: your deadline for “%(call)s” extended",
        "We have given you more time for the call “%(call)s”. Your draft is saved, and you can submit it until "
        "%(until)s. The reason is:\n\n%(reason)s": (
            "We have extended your deadline for the call “%(call)s” to %(until)s. Your draft is saved, and you can "
            "submit it until then. The reason is:\n\n%(reason)s"
        ),
    },
    # agreement and report
    {
        "The agreement is signed": "Agreement signed: %(title)s",
        "Both sides have signed, and the project can begin.": (
            "Both parties have signed the agreement. The project can start."
        ),
        "Both sides have signed the agreement. The project can start.": (
            "Both parties have signed the agreement. The project can start."
        ),
    },
    {
        "The condition of your award is met": "Condition of your award met: %(title)s",
        "Nothing else holds the first instalment back.": (
            "You have met the condition of your award. The first instalment is now payable."
        ),
    },
    {
        "Your report is approved: %(title)s": "Report approved: %(title)s",
        "We approved “%(report)s”. What waited for it goes on now.": (
            "We have approved “%(report)s”. You do not need to do anything more for this report."
        ),
        "We have approved “%(report)s”. An instalment that depended only on this report is now payable.": (
            "We have approved “%(report)s”. You do not need to do anything more for this report."
        ),
    },
    {
        "A question about your report: %(title)s": "Answer our questions about your report: %(title)s",
        "About “%(report)s”:\n\n%(question)s": (
            "We have questions about “%(report)s”:\n\n%(question)s\n\nChange the report and submit it again."
        ),
        "We have questions about your %(name)s:\n\n%(question)s\n\nUpdate the report and resubmit it.": (
            "We have questions about your %(name)s:\n\n%(question)s\n\nUpdate the report and submit it again."
        ),
    },
    # history
    {
        "Checkpoint %(id)s (epoch %(epoch)s) covers the history up to event %(up_to)s. Its digest "
        "is\n\n%(digest)s\n\nPlease keep this mail. If the digest of this checkpoint is ever different, the history "
        "was rewritten.": (
            "Checkpoint %(id)s (epoch %(epoch)s) covers the history up to event %(up_to)s. Its digest "
            "is\n\n%(digest)s\n\nKeep this email. If the digest of this checkpoint is ever different, the history has "
            "been rewritten."
        ),
    },
    # money
    {
        "We have paid: %(title)s": "We have paid %(amount)s: %(title)s",
        "The bank has confirmed our payment of %(amount)s to you.": (
            "The bank has confirmed our payment of %(amount)s to your organisation."
        ),
        "The bank confirmed a payment of %(amount)s to you.": (
            "The bank has confirmed our payment of %(amount)s to your organisation."
        ),
    },
    {
        "Money to send back: %(title)s": "Return unspent funds: %(title)s",
        "%(unused)s of what we paid was not used. Please send it back by %(day)s and name %(number)s with the payment. "
        "Your programme officer tells you the account.": RETURN,
        "%(unused)s of the money that we paid was not spent. Return it by %(day)s, and give %(number)s as the "
        "payment reference. Ask your programme officer for the account.": RETURN,
        "%(unused)s of the money that we paid was not spent. Return it by %(day)s, and give %(number)s as the "
        "payment reference. Ask your programme officer which account to use.": RETURN,
    },
    {
        "We received money back: %(title)s": "Unspent funds received: %(title)s",
        "%(amount)s of your grant came back on %(day)s. Thank you.": (
            "We received %(amount)s of unspent funds from your grant on %(day)s. Thank you."
        ),
    },
)
"""Subject and text of each mail.

Both are stored with the same values, so a new subject may have a placeholder that only the old text had. Every mail
that a transition sends is also stored with `title` and `reference`.
"""
