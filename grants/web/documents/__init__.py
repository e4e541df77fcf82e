"""Pages of documents, and their public verification."""
