"""Inspection of uploaded files: hostile and honest ones, all made by code while the tests run."""
