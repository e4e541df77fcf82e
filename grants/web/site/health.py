"""Health check of the web process."""

from __future__ import annotations

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from grants.db import now
from grants.web.site.authorization import before_second_step, open_to_all

bp = Blueprint("health", __name__)


@bp.get("/health")
@before_second_step
@open_to_all
def show() -> Response:
    """200 with the database's time; any other status means that the database does not answer."""
    return jsonify(now=now().isoformat())
