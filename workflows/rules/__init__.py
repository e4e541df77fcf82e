"""Rules: total functions of (case, actor) that answer with a sentence, or nothing.

The docstring of a rule is what officers read: "Only if: the call is still open."
"""
