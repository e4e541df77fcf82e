"""Makes happen what the policy allows, and shows it."""
