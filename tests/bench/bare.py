"""The baseline for letters: a loop over WeasyPrint in a warm process, without database, queue or file store.

Run as `python -m tests.bench.bare`. The first line of input is a JSON list of HTML texts; each later line requests one
round over all of them. Each line of output is `{"wall": seconds, "cpu": seconds}` of a round, or `{}` once the process
is warm.
"""

from __future__ import annotations

import json
import sys
import time

from weasyprint import HTML

from reports import engine


def main() -> None:
    """Answer until the input ends."""
    letters: list[str] = json.loads(sys.stdin.readline())
    for _ in range(3):
        render(letters[0])
    print("{}", flush=True)  # noqa: T201 - read through a pipe
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        for letter in letters:
            render(letter)
        print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}), flush=True)  # noqa: T201 - the same


def render(html: str) -> bytes:
    """Render a PDF with WeasyPrint alone; stylesheet and fonts are read once, as in `reports`."""
    source = HTML(string=html, url_fetcher=engine.Assets(engine.house_assets()))
    document = source.render(
        font_config=engine.font_configuration(), stylesheets=[engine.stylesheet("letter.css")], pdf_variant="pdf/ua-1"
    )
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=b"bench")
    return pdf


if __name__ == "__main__":
    main()
