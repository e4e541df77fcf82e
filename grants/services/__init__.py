"""Commands that change rows.

They may flush but never commit: the caller opens the transaction. `outbox.claim` and `outbox.finish` are the
exception; each runs one statement on a connection in autocommit mode.
"""
