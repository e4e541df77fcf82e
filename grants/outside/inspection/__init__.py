"""Inspection of uploaded files: whether one may be stored, and in which form.

A file is read in a process of its own, which is limited and has no settings, no secrets and no network. What is stored
is never the upload itself but what the reader of its format has written anew. Of this project the package imports the
table of kinds and sentences (`workflows/attachments.py`) only.
"""

from grants.outside.inspection.inspector import inspect
from grants.outside.inspection.limits import Limits
from grants.outside.inspection.verdict import Accepted, Refused, Verdict

__all__ = ["Accepted", "Limits", "Refused", "Verdict", "inspect"]
