"""The example of a reverse proxy fits the limits of the application; with nginx on the machine it is tried."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT, Settings
from grants.cli.unsafe import unsafe
from grants.cli.up import free_port
from grants.outside.servers import child
from grants.services import sessions
from grants.web import LARGEST_BODY
from grants.web.organisation_documents.routes import MEGABYTES
from grants.web.site import bodies
from tests.edge.serving import SignIn, Web, served
from tests.servers.test_unsafe import SAFE
from workflows.attachments import MEGABYTE

EXAMPLE = (ROOT / "deploy" / "nginx.conf").read_text()
GUIDE = (ROOT / "deploy" / "README.md").read_text()
NGINX = shutil.which("nginx")


def directive(name: str) -> list[str]:
    """The values of a directive of the example, in order."""
    return re.findall(rf"^\s*{name} (.*);$", EXAMPLE, re.MULTILINE)


def test_its_limits_are_those_of_the_application() -> None:
    files = -(-(MEGABYTES * MEGABYTE + bodies.FIELDS) // 1024**2)
    assert directive("client_max_body_size") == [f"{LARGEST_BODY // 1024**2}m", f"{files}m"]
    assert directive("client_body_timeout") == directive("client_header_timeout") == [f"{bodies.PATIENCE:.0f}s"]


def test_a_location_for_files_matches_each_route_that_takes_some_and_no_other(app: Flask) -> None:
    pattern = re.compile(r"(?m)^    location ~ (\S+) {\n        client_max_body_size").search(EXAMPLE)
    assert pattern is not None
    takes = {
        rule.rule.replace("<int:id>", "7"): hasattr(app.view_functions[rule.endpoint], "megabytes")
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }

    assert True in takes.values()
    assert {path: re.search(pattern[1], path) is not None for path in takes} == takes


def test_it_replaces_every_header_that_is_believed() -> None:
    set_here = dict(value.split(" ", 1) for value in directive("proxy_set_header"))

    assert set_here["X-Forwarded-For"] == "$remote_addr"
    assert set_here["X-Forwarded-Proto"] == "$scheme"
    assert {"X-Forwarded-Host", "Forwarded"} <= {name for name, value in set_here.items() if value == '""'}


def test_the_settings_of_the_guide_are_safe() -> None:
    given = dict(re.findall(r"^GRANTS_(\w+)=(.*)$", GUIDE, re.MULTILINE))

    settings = replace(
        SAFE,
        host=given["HOST"],
        port=int(given["PORT"]),
        public_url=given["PUBLIC_URL"],
        trusted_hosts=(given["TRUSTED_HOSTS"],),
        proxies=int(given["PROXIES"]),
        proxy_networks=(given["PROXY_NETWORKS"],),
    )

    assert unsafe(settings) == []


def places(folder: Path) -> str:
    """Directives that keep the temporary files of nginx in this folder."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


@contextmanager
def proxied(web: Web, folder: Path) -> Iterator[Web]:
    """The example, without TLS, in front of this server."""
    port = free_port()
    text = EXAMPLE.replace("127.0.0.1:8000", f"127.0.0.1:{web.port}").replace(
        "proxy_set_header Host $host", "proxy_set_header Host localhost"
    )
    begin, end = text.index("server {\n    listen 80;"), text.index("server {\n    listen 443")
    text = text[:begin] + text[end:].partition("# A request for another host")[0]
    text = re.sub(r"^\s*(ssl_.*|listen .*);$", "", text, flags=re.MULTILINE)
    text = text.replace("    server_name", f"    listen 127.0.0.1:{port};\n    server_name", 1)
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places(folder)}\n{text}\n}}\n"
    )
    with child.open_log(folder / "nginx.log") as output:
        started = child.spawn([NGINX or "", "-c", path, "-p", folder], env={}, output=output)
    front = Web(port, started.pid)
    try:
        until = time.monotonic() + 10
        while front.ask("GET", "/health").status != 200 and time.monotonic() < until:
            assert started.poll() is None, (folder / "nginx.log").read_text()
            time.sleep(0.1)
        yield front
    finally:
        child.stop(started, seconds=5)


@pytest.mark.campaign
@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_the_address_of_the_client_comes_from_the_proxy(settings: Settings, tmp_path: Path) -> None:
    with served(replace(settings, proxies=1, proxy_networks=("127.0.0.1",))) as web, proxied(web, tmp_path) as front:
        form = SignIn.of(front)
        texts = [
            form.send("nobody@example.org", "x", X_Forwarded_For=f"203.0.113.{number}").text for number in range(12)
        ]

    assert sum("Too many attempts." in text for text in texts) == 12 - sessions.TRIES


@pytest.mark.campaign
@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_the_example_is_valid(tmp_path: Path) -> None:
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", key)
    subprocess.run([*command, "-out", certificate], check=True, capture_output=True)
    path = tmp_path / "nginx.conf"
    text = EXAMPLE.replace("/etc/ssl/grants/", f"{tmp_path}/")
    path.write_text(
        f"pid {tmp_path}/nginx.pid;\nevents {{}}\nhttp {{\naccess_log off;\n{places(tmp_path)}\n{text}\n}}\n"
    )

    done = subprocess.run([NGINX or "", "-t", "-c", path, "-p", tmp_path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
