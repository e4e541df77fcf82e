"""The bare loop that letters are held against: WeasyPrint in a warm process, with no database, no queue and no store.

Run as `python -m tests.bench.bare`: the first line in is a JSON list of HTML texts, each later line asks for one round
over them all. Each line out is `{"wall": seconds, "cpu": seconds}` of a round, or `{}` once it is warm.
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
    print("{}", flush=True)  # noqa: T201 - the pipe is how it is read
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        for letter in letters:
            render(letter)
        print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}), flush=True)  # noqa: T201 - the same


def render(html: str) -> bytes:
    """A PDF by WeasyPrint alone: sheet and fonts read once, as `reports` does, and nothing else of ours."""
    source = HTML(string=html, url_fetcher=engine.Assets(engine.house_assets()))
    document = source.render(
        font_config=engine.font_configuration(), stylesheets=[engine.stylesheet("letter.css")], pdf_variant="pdf/ua-1"
    )
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=b"bench")
    return pdf


if __name__ == "__main__":
    main()
