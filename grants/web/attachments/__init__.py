"""Uploaded files: how they are received, shown and downloaded."""
