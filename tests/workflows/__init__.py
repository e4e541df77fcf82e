"""Policy is tested without a database: cases in, sentences out."""
