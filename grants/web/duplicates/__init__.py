"""Organisations that were entered twice."""
