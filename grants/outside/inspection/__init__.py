"""Inspection of uploaded files: whether one may be stored, and in which form.

A file is read in a process of its own, which is limited and has no settings, no secrets and no network. What is stored
is never the upload itself but what the reader of its format has written anew. Of this project the package imports the
table of kinds and sentences (`workflows/attachments.py`) only. Callers use `inspector.inspect`; this module imports
nothing, because the process of each file imports it too.
"""
