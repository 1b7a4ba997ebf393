"""The studio's canvas by itself: it shows what is drawn whatever was done, and is as quick with a thousand shapes."""

from pathlib import Path
from typing import Any

import pytest
from browsing import Site
from playwright.sync_api import Page

HERE = Path(__file__).parent


@pytest.fixture
def page(site: Site) -> Page:
    page = site.signed_in("ann")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="box", exact=True).wait_for()
    return page


def run(page: Page, script: str, **given: float) -> Any:
    at = page.locator("script[src]").get_attribute("src") or ""
    return page.evaluate((HERE / script).read_text(), {"studio": at.rsplit("/", 1)[0], **given})


def test_after_acts_at_random_the_picture_shows_what_is_drawn_and_undo_leads_back_to_the_start(page: Page) -> None:
    assert run(page, "at_random.js", runs=40, acts=500) == []


def test_a_thousand_shapes_are_dragged_and_zoomed_about_as_quickly_as_ten(page: Page) -> None:
    # Half of the frames: of the slowest a busy machine has a say, too.
    few, many = (run(page, "speed.js", count=count, share=0.5) for count in (10, 1000))
    assert many["drag"] <= 2 * max(few["drag"], 17), (few, many)
    assert many["zoom"] <= 2 * max(few["zoom"], 17), (few, many)
