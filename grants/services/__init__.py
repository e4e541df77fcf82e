"""Verbs: they change rows, flush at most and never commit. Importing this package registers every deed that a flow names."""

from grants.services import agreements, applications, awards, batches, decisions, instalments, reports  # noqa: F401
