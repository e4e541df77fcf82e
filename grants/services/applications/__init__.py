"""Commands on applications: drafts, submissions and eligibility checks."""
