"""Entry points of the web server for tests: shorter limits, and twins that lack one guard."""

# ruff: noqa: E402 - as in wsgi.py
from grants.outside import greenlets

greenlets.patch()

import importlib
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import grants.db
import grants.web
from grants.db import now
from grants.services import sessions
from grants.web.site import bodies


def impatient() -> Flask:
    """The application of the web server, which gives every body two seconds instead of fifteen, and is in a hurry."""
    bodies.PATIENCE, bodies.BYTES_PER_SECOND = 2.0, 2_000
    return _entry()


def asking_first() -> Flask:
    """It asks the database before it reads the body, and so holds a connection meanwhile."""
    grants.db.POOL_SECONDS = 1
    app = _entry()
    app.before_request_funcs[None].insert(0, _ask)
    return app


def calculating() -> Flask:
    """It calculates the hashes of passwords where all requests are answered."""
    greenlets.aside = _here
    return _entry()


def unlimited() -> Flask:
    """It believes the header of any sender, counts tries at once, and locks an account for all places."""
    setattr(grants.web, "Proxies", lambda app, settings: ProxyFix(app, x_for=settings.proxies))  # noqa: B010 - another class
    setattr(sessions, "wait_for_others", lambda _: None)  # noqa: B010 - as the attack meets it
    sessions.WARY_TRIES = 0
    return _entry()


def _entry() -> Flask:
    found: Flask = importlib.import_module("wsgi").app
    return found


def _ask() -> None:
    now()


def _here(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)
