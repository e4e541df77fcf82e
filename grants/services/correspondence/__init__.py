"""Commands of the correspondence: messages, internal notes, their mails, and replies by mail."""
