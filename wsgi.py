"""WSGI entry point: `gunicorn wsgi:app`."""

import config
from grants.outside import garbage
from grants.web import create_app

app = create_app(config.read())
garbage.leave_alone()
