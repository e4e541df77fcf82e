"""Texts of messages that were changed after a release: the stored text, and the present one.

History and mails store the text of a message, not the finished sentence. Stored rows are never rewritten; a text that
this table names is shown in its present wording, so that its translation is found.
"""

from __future__ import annotations

REWORDED: dict[str, str] = {}
