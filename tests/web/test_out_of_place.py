"""Pages where something is not as it was: what was erased meanwhile, what is of others, a clock that is an hour off."""

from datetime import UTC, datetime, timedelta

import pytest
from browsing import Site, drag
from playwright.sync_api import Page, expect

from workflow_core.services.data import removal

HOUR = timedelta(hours=1)


def in_studio(page: Page) -> None:
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="box", exact=True, pressed=True).wait_for()


def test_what_is_erased_under_an_open_studio_is_said_and_work_goes_on(site: Site) -> None:
    page = site.signed_in("ann")
    in_studio(page)
    drag(page, (10, 10), (60, 60))
    expect(page.locator("#kept")).to_have_text("Saved")
    with site.stage.session() as session:
        of = {"actor": None, "dataset_id": 1, "now": datetime.now(UTC), "names": ["00.jpg"]}
        removal.archive(session, **of, end_claims=True)
        removal.erase(session, **of)
    drag(page, (80, 80), (120, 120))
    expect(page.get_by_text("has no task item")).to_contain_text("What is drawn stays in this browser")
    page.goto("/work")
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    site.complaints.clear()  # the browser tells of each answer that there is no such item


@pytest.mark.parametrize(
    "address", ["/studio/99", "/items/99", "/items/1", "/board", "/board/tasks/1", "/board?project=99"]
)
def test_what_is_of_others_or_of_nobody_is_one_page_with_the_way_home(site: Site, address: str) -> None:
    page = site.signed_in("ann")
    answer = page.goto(address)
    assert answer is not None and answer.status == 404
    page.get_by_role("main").get_by_role("link", name="My work").click()
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    site.complaints.clear()


@pytest.mark.parametrize("off", [-HOUR, HOUR], ids=["behind", "ahead"])
def test_a_clock_that_is_an_hour_off_changes_nothing(site: Site, off: timedelta) -> None:
    page = site.signed_in("ann")
    page.clock.set_system_time(datetime.now(UTC) + off)
    in_studio(page)
    drag(page, (10, 10), (60, 60))
    expect(page.locator("#kept")).to_have_text("Saved")
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_role("main")).to_contain_text("01.jpg")
    assert site.stage.row("cars", "00.jpg").status == "completed"
    assert site.stage.row("cars", "01.jpg").who == "ann"


def test_a_clock_that_is_set_back_by_an_hour_lets_pages_follow(site: Site) -> None:
    site.stage.do("ann", "cars", "completed")
    site.stage.advance_all()
    ann = site.signed_in("ann")
    expect(ann).to_have_title("(1) My work · annoflow")
    ann.clock.set_system_time(datetime.now(UTC) - HOUR)
    site.stage.flag("quinn", "qa", "cars", "00.jpg", text="the roof")
    expect(ann).to_have_title("(2) My work · annoflow")
