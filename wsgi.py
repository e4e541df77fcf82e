"""WSGI entry point: `gunicorn --worker-class gevent wsgi:app`."""

import sys

# ruff: noqa: E402 - all other modules are imported into a process that has been patched
from grants.outside import greenlets

greenlets.patch()

import config
from grants.outside import garbage
from grants.web import create_app
from grants.web.site.bodies import Watchdog

try:
    app = create_app(config.read())
except config.Invalid as error:
    sys.exit(str(error))
app.wsgi_app = Watchdog(app.wsgi_app)  # type: ignore[method-assign]
garbage.leave_alone()
