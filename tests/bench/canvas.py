"""`python -m tests.bench.canvas`: the canvas of the studio with 10, 1,000 and 5,000 shapes, or as many as named."""

import functools
import http.server
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browsers import chromium_here
from workflow_core.web.rendering.assets import FOLDER

ROUNDS = 3
PAGE = b"<!doctype html><link rel=stylesheet href=/annoflow.css><body class=studio>"
SCRIPT = Path(__file__).with_suffix(".js").read_text()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """The scripts as they lie in their folder, and one empty page."""

    def do_GET(self) -> None:
        """Answer."""
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)
        return None

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def _served() -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(FOLDER))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


def main() -> None:
    """Measure all sizes in turns, so that the machine does the same to each, and print the medians."""
    counts = [int(count) for count in sys.argv[1:]] or [10, 1000, 5000]
    found: dict[int, list[dict[str, float]]] = {count: [] for count in counts}
    with _served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_here(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        for _ in range(ROUNDS):
            for count in counts:
                found[count].append(page.evaluate(SCRIPT, {"studio": f"{url}/studio", "count": count, "share": 0.95}))
        browser.close()
    print("| shapes | load | bare rects | drag p95 | a point of 500, p95 | zoom p95 | moves taken up a second |")
    print("|---|---|---|---|---|---|---|")
    for count, rounds in found.items():
        load, rects = (min(one[name] for one in rounds) for name in ("load", "rects"))
        frames = [statistics.median(one[name] for one in rounds) for name in ("drag", "point", "zoom", "moves")]
        print(f"| {count:,} | {load:.1f} | {rects:.1f} |", " | ".join(f"{one:.0f}" for one in frames), "|")


if __name__ == "__main__":
    main()
