"""Requests to act for an organisation."""
