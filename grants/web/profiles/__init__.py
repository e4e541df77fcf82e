"""Legal details of organisations."""
