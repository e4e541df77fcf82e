"""Applications and what belongs to them: drafts, submissions, status, and who must not judge them."""
