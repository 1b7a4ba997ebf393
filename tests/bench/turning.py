"""`python -m tests.bench.turning`: how long after the answer to Complete the next picture is there, in Chromium."""

import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browsers import chromium_here
from tests.serving import Server
from tests.stage import Stage
from workflow_core.services.accounts import links
from workflow_core.services.exchange import ingestion
from workflow_core.store.database import schema
from workflow_core.store.database.engine import engine_for

LATER, ITEMS = 200, 21
"""Milliseconds by which every answer is late; and pictures, of which the first is there before."""
SIZES = ((640, 480), (4000, 3000))
PIPELINE = """
pipeline: p
dataset: d
source: {uri: PHOTOS}
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}
exits: {done: {}}
"""
SEEN = """() => {
    window.took = []
    const seen = () => {
        const all = performance.getEntriesByType("resource")
        const { duration, responseEnd } = all.findLast((one) => one.name.endsWith("/submission"))
        window.took.push([duration, performance.now() - responseEnd])
    }
    new MutationObserver(() => requestAnimationFrame(() => requestAnimationFrame(seen)))
        .observe(document.querySelector("#canvas image"), { attributeFilter: ["href"] })
}"""


def _filled(folder: Path, size: tuple[int, int]) -> tuple[Stage, str]:
    photos = folder / "photos"
    photos.mkdir()
    for number in range(ITEMS):
        noise = Image.effect_noise((size[0] // 4, size[1] // 4), 40 + number)
        noise.resize(size).convert("RGB").save(photos / f"{number:02}.jpg")
    url = f"sqlite:///{folder / 'annoflow.db'}"
    engine = engine_for(url)
    schema.upgrade(engine)
    stage = Stage(engine, now=datetime.now(UTC))
    stage.deploy(PIPELINE.replace("PHOTOS", str(photos)))
    ingestion.ingest(stage.session_of, pipeline="p", project="default", clock=lambda: stage.now)
    return stage, url


def _turned(page: Page) -> list[tuple[float, float]]:
    """Draw a box on each item and complete it."""
    page.keyboard.press("s")
    page.locator("[data-ready]").wait_for()
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATER, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    page.evaluate(SEEN)
    for number in range(1, ITEMS):
        for key in ("b", "Enter", "Shift+ArrowRight", "Shift+ArrowDown", "Enter"):
            page.keyboard.press(key)
        page.locator("#kept.saved").wait_for()
        page.wait_for_timeout(1_000)  # somebody looks at it; the picture of the next one is fetched
        page.keyboard.press("c")
        page.wait_for_function("count => window.took.length === count", arg=number)
    found: list[tuple[float, float]] = page.evaluate("window.took")
    return found


def main() -> None:
    """Print for pictures of each size how long it takes from the answer to the frame after the one with the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_here(), args=["--no-sandbox"])
        for size in SIZES:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                stage, url = _filled(folder, size)
                with stage.session() as session:
                    secret = links.make(session, email="ann@example.org", now=datetime.now(UTC)).secret
                with Server(url, folder) as server:
                    page = browser.new_page(bypass_csp=True, viewport={"width": 1440, "height": 900})
                    page.goto(f"{server.url}/links/{secret}")
                    page.get_by_label("New password").fill("a sentence makes a good one")
                    page.get_by_role("button", name="Sign in").click()
                    page.wait_for_url("**/work")
                    answers, after = zip(*_turned(page), strict=True)
                    page.close()
                stage.engine.dispose()
            median, most = statistics.median(after), max(after)
            print(f"{size[0]} x {size[1]}: the answer {statistics.median(answers):.0f} ms,", end=" ")
            print(f"the picture {median:.0f} ms after it, at most {most:.0f}", flush=True)


if __name__ == "__main__":
    main()
