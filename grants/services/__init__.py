"""Verbs: they change rows, flush at most and never commit. Importing this package registers the flows' deeds."""

from grants.services import (  # noqa: F401 - a deed registers itself where it is written
    agreements,
    applications,
    awards,
    batches,
    decisions,
    instalments,
    repayments,
    reports,
)
