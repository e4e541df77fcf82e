"""Where the source code declares mails, and where it sends them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conventions.code import calls

DECLARED = ("workflows/flows/", "workflows/mails/")
"""Where mails are declared."""
SENDERS = frozenset({"grants/jobs/mailing.py", "grants/jobs/message_mails.py", "grants/jobs/daily_mails.py"})
"""What writes mails and hands them to the mail server."""
WAYS: dict[str, frozenset[str]] = {
    "Outbox": frozenset({"grants/services/outbox.py"}),
    "message_to": SENDERS,
    "deliver": SENDERS,
    "MIMEText": frozenset({"grants/jobs/mail_headers.py"}),
    "smtplib.SMTP": frozenset({"grants/outside/mail.py"}),
}
"""What writes and sends mails, and the only files that call it."""
QUEUES = {"outbox.Mail": 1, "Mail": 1, "outbox.mail_account": 1, "outbox.mail_members": 1}
"""The commands that queue a mail, and the place of its declaration among their arguments."""


def astray(path: str, tree: ast.Module) -> Iterator[str]:
    """Every place of a file that sends a mail in another way, or writes one outside the register."""
    for name, files in WAYS.items():
        if path not in files:
            yield from (f"{path}:{line}: {name}" for line in calls(tree, name))
    if not path.startswith(DECLARED):
        yield from (f"{path}:{line}: Notification" for line in calls(tree, "Notification"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in QUEUES:
            place = QUEUES[name]
            if len(node.args) > place and isinstance(node.args[place], ast.Call):
                yield f"{path}:{node.lineno}: {name}"
