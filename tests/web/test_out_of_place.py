"""Pages where something is not as it was: what is of others or of nobody, and a clock that is set back."""

from datetime import UTC, datetime, timedelta

import pytest
from browsing import Site
from playwright.sync_api import expect

NOT_THEIRS = ("/studio/99", "/items/99", "/board", "/board?project=99")


@pytest.mark.parametrize("address", NOT_THEIRS)
def test_what_is_of_others_or_of_nobody_is_one_page_with_the_way_home(site: Site, address: str) -> None:
    page = site.signed_in("ann")
    answer = page.goto(address)
    assert answer is not None and answer.status == 404
    page.get_by_role("main").get_by_role("link", name="My work").click()
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    site.complaints.clear()  # the browser tells that there is no such page


def test_a_clock_that_is_set_back_by_an_hour_lets_pages_follow(site: Site) -> None:
    site.stage.do("ann", "cars", "completed")
    site.stage.advance_all()
    ann = site.signed_in("ann")
    expect(ann).to_have_title("(1) My work · annoflow")
    ann.clock.set_system_time(datetime.now(UTC) - timedelta(hours=1))
    site.stage.flag("quinn", "qa", "cars", "00.jpg", text="the roof")
    expect(ann).to_have_title("(2) My work · annoflow")
