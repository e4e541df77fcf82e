"""The entry point of the web server with signals, forks and queues of gevent, in the parent process too."""

# ruff: noqa: E402 - as in wsgi.py
from gevent import monkey

monkey.patch_all()

from wsgi import app

__all__ = ["app"]
