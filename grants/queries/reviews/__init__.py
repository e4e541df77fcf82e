"""Reviews: who can be invited, conflicts of interest, what was written, and how scores compare."""
