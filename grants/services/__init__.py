"""Commands that change rows.

They may flush but never commit: the caller opens the transaction. `outbox.claim` and `outbox.finish` are the
exception; each runs one statement on a connection in autocommit mode. Importing this package registers the effects
of the flows' transitions.
"""

from grants.services import (  # noqa: F401 - imported because each module registers its effects
    agreements,
    applications,
    awards,
    batches,
    decisions,
    instalments,
    repayments,
    reports,
)
