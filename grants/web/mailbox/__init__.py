"""The demonstration’s mailbox."""
