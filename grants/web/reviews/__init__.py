"""Pages of reviews, and of the invitations to review."""
