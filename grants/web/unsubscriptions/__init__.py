"""The link of optional mails by which their recipient receives only urgent emails."""
