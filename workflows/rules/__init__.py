"""Rules: total functions of (case, actor) that return a message with the reason to refuse, or None.

The docstring of a rule is its condition in the officers' documentation: "Only if: the call is open."
"""
