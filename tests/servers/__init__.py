"""Servers, processes and external services."""
