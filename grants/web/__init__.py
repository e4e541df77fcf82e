"""The web application: pages and forms."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from flask import Blueprint, Flask
from werkzeug.routing import IntegerConverter

from config import ROOT, Settings
from grants.db import bind_app
from grants.outside.keys import kept
from grants.services.documents import PLACE
from grants.services.idempotency import RETENTION
from grants.web.site import (
    assets,
    authorization,
    bodies,
    contacts,
    csrf,
    errors,
    formats,
    headers,
    idempotency,
    navigation,
    task_count,
)
from grants.web.site.proxies import Proxies
from workflows.programmes import read_also

LARGEST_BODY = 2 * 1024 * 1024


class NumberInAddress(IntegerConverter):
    """A number of an address as our links write it. The converter of Werkzeug reads the digits of every script."""

    regex = "[0-9]{1,18}"


def create_app(settings: Settings) -> Flask:
    """Create the web application; raises if a route declares too little or the database role has excess rights."""
    read_also(settings.programmes)
    PLACE.address, PLACE.demo = settings.address, settings.demo
    app = bind_app(
        settings, "grants", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "grants" / "static")
    )
    app.config.update(
        SECRET_KEY=settings.secret_key or kept(settings.instance, "secret_key"),
        SESSION_COOKIE_NAME="grants_form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies and not settings.demo,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=bodies.MOST_FIELDS,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        WTF_CSRF_TIME_LIMIT=int(RETENTION.total_seconds()),
        TEMPLATES_AUTO_RELOAD=False,
    )
    if settings.proxies:
        app.wsgi_app = Proxies(app.wsgi_app, settings)  # type: ignore[method-assign]
    for part in (
        bodies,
        csrf,
        authorization,
        errors,
        headers,
        navigation,
        task_count,
        idempotency,
        formats,
        contacts,
        assets,
    ):
        part.init_app(app)
    app.url_map.converters["int"] = NumberInAddress
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    authorization.require_declarations(app)
    return app


def blueprints() -> list[Blueprint]:
    """The blueprint of every module in this package that defines `bp`, sorted by module name."""
    found = sorted(module.name for module in walk_packages(__path__, f"{__name__}."))
    modules = [import_module(name) for name in found]
    return [module.bp for module in modules if hasattr(module, "bp")]
