"""Commands on reviews: assignments, conflicts of interest and scores. All but saving record an event for staff."""
