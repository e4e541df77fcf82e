"""What the database itself refuses, whoever asks."""
