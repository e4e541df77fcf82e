"""The application for a server with four threads and without a watchdog, as it was in the first release."""

from __future__ import annotations

import config
from grants.web import create_app

app = create_app(config.read())
