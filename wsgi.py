"""The web application, for gunicorn: `gunicorn wsgi:app`."""

import config
from grants.web import create_app

app = create_app(config.read())
