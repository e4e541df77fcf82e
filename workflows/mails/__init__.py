"""The mails that no transition sends, one module for each part; `register` finds them all."""
