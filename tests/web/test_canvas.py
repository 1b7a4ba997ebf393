"""The studio's canvas by itself: it shows what is drawn, whatever was done."""

import os
from pathlib import Path
from typing import Any

from browsing import Site

SCRIPT = Path(__file__).with_name("at_random.js").read_text()
RUNS = 500 if "ANNOFLOW_SOAK" in os.environ else 60


def test_after_acts_at_random_the_picture_shows_what_is_drawn_and_undo_leads_back_to_the_start(site: Site) -> None:
    page = site.signed_in("ann")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="box", exact=True).wait_for()
    at = page.locator("script[src]").get_attribute("src") or ""
    faults: list[Any] = page.evaluate(SCRIPT, {"studio": at.rsplit("/", 1)[0], "runs": RUNS, "acts": 40})
    assert faults == []
