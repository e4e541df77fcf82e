"""The web application, for gunicorn: `gunicorn wsgi:app`."""

import gc

import config
from grants.web import create_app

app = create_app(config.read())
# What is loaded by now stays: the collector in a worker need not look at it, and so leaves its pages shared.
gc.collect()
gc.freeze()
