"""Commands that change rows.

They may flush but never commit: the caller opens the transaction. `outbox.claim` and `outbox.finish` are the
exception; each runs one statement on a connection in autocommit mode. Importing this package registers the effects
of the flows' transitions.
"""

from grants.services import (  # noqa: F401 - each module registers its effects when it is imported
    agreements,
    applications,
    awards,
    batches,
    decisions,
    reports,
)
from grants.services.money import instalments, repayments  # noqa: F401 - the same
