"""Servers, processes and the world outside."""
