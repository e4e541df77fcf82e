"""History, fingerprints and their verification."""
