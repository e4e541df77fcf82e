"""Strings in, clean values out. Policy between fields is a rule, not a form."""
