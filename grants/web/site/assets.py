"""The stylesheet and the script of the site, each joined from its files once per process.

Every page loads one stylesheet and one script, because each request is expensive on a slow line. Their addresses
contain a hash of their content, so browsers may keep them for ever: a new release has new addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort, current_app, request, url_for
from werkzeug.wrappers import Response

from grants.web.site.authorization import before_second_step, open_to_all

COMPONENTS = (
    "header", "footer", "guard_bar", "crumbs", "lines", "marks", "tags", "checks", "buttons", "transitions", "notices",
    "empty", "cards", "alarm", "facts", "figures", "tabs", "pager", "tasks", "proposals", "steps", "history", "tables",
    "thread", "lists", "filters", "bars", "fields", "choices", "counters", "error_summary", "sections", "budget",
    "rules", "rubric", "reading", "money", "people", "dry_run", "indicators", "terms", "entries", "rows", "checklist",
    "stacked_tables", "rights", "submissions", "pairs", "files", "account", "factors", "targets",
)  # fmt: skip
"""Files in static/css/components, in cascade order: where two rules have equal specificity, the later file decides."""
PAGES = ("home", "report")
STYLES = (
    "tokens", "base", "layout", *(f"components/{name}" for name in COMPONENTS), "spacing",
    *(f"pages/{name}" for name in PAGES), "print",
)  # fmt: skip
"""Files in static/css, in cascade order."""
SCRIPTS = (
    "page", "rows", "autosave", "words", "numerals", "errors", "sums", "amounts", "selection", "passwords", "passkeys",
    "kept",
)  # fmt: skip
"""Files in static/js, in the order in which they run; they share one scope."""
TYPES = {"css": "text/css", "js": "text/javascript"}
ONE_YEAR = 31_536_000
COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)

bp = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that every page loads. digest: the part of its address that changes with the content."""

    kind: str
    content: bytes
    digest: str


def joined(static: Path, kind: str, names: Iterable[str]) -> Asset:
    """The files of these names in `static`/`kind`, joined in this order; raises FileNotFoundError if one is missing."""
    text = "\n".join((static / kind / f"{name}.{kind}").read_text("utf-8") for name in names)
    content = (COMMENT.sub("", text) if kind == "css" else text).encode()
    return Asset(kind, content, sha256(content).hexdigest()[:16])


def init_app(app: Flask) -> None:
    """Join the files and give templates the function `asset_url`."""
    static = Path(app.static_folder or "")
    made = (joined(static, "css", STYLES), joined(static, "js", SCRIPTS))
    app.extensions["assets"] = {asset.kind: asset for asset in made}
    app.add_template_global(asset_url)


def asset_url(kind: str) -> str:
    """The address of the stylesheet ("css") or of the script ("js")."""
    return url_for("assets.show", digest=_assets()[kind].digest, kind=kind)


@bp.get("/assets/<digest>/site.<kind>")
@before_second_step
@open_to_all
def show(digest: str, kind: str) -> Response:
    """The stylesheet or the script; 404 for the address of another release."""
    asset = _assets().get(kind)
    if asset is None or asset.digest != digest:
        abort(404)
    response = Response(asset.content, content_type=f"{TYPES[kind]}; charset=utf-8")
    response.cache_control.public, response.cache_control.max_age = True, ONE_YEAR
    response.cache_control.immutable = True
    response.set_etag(digest)
    return response.make_conditional(request)


def _assets() -> dict[str, Asset]:
    found: dict[str, Any] = current_app.extensions["assets"]
    return found
