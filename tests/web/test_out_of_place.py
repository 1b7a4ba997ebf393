"""Pages where something is not as it was: what is of others or of nobody, and a clock that is set back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from browsing import PASSWORD, Site, drag, first, link
from playwright.sync_api import Route, expect

from workflow_core.services.managers import erasure, task_items
from workflow_core.store.models import Dataset

TWICE = "one => new Promise((done) => { one.click(); setTimeout(() => done(one.click()), 200) })"
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


@pytest.mark.parametrize("hours", [-1, 1])
def test_with_a_clock_that_is_an_hour_off_an_item_is_drawn_saved_and_completed(site: Site, hours: int) -> None:
    ann = site.window()
    ann.clock.set_system_time(datetime.now(UTC) + timedelta(hours=hours))
    ann.goto(link(site.stage, "ann"))
    ann.get_by_label("New password").fill(PASSWORD)
    ann.get_by_role("button", name="Sign in").click()
    ann.get_by_role("button", name="Start").click()
    ann.get_by_role("button", name="box", exact=True, pressed=True).wait_for()
    drag(ann, (100, 80), (220, 160))
    expect(ann.locator("#kept")).to_have_text("Saved")
    ann.reload()
    expect(ann.get_by_role("img", name="car box")).to_have_count(1)
    ann.get_by_role("button", name="Complete").click()
    expect(ann.locator("#name")).to_have_text("01.jpg")
    row = site.stage.row("cars", "00.jpg")
    assert (row.state, row.status) == ("submitted", "completed")


@pytest.mark.parametrize("goes_on", [True, False])
def test_an_item_that_is_erased_while_it_is_open_is_said_and_the_next_one_follows(site: Site, goes_on: bool) -> None:
    ann = site.signed_in("ann", "/studio/1")
    ann.get_by_role("button", name="box", exact=True, pressed=True).wait_for()
    drag(ann, (100, 80), (220, 160))
    expect(ann.locator("#kept")).to_have_text("Saved")
    with site.stage.session() as session:
        dataset, by = session.get_one(Dataset, 1), {"actor": None, "item_ids": [1], "now": site.stage.now}
        task_items.archive_items(session, dataset=dataset, end_claims=True, **by)
        erasure.erase(session, **by)
    if goes_on:
        drag(ann, (300, 80), (420, 160))
    else:
        ann.get_by_role("button", name="Complete").click()
    expect(ann.get_by_role("status")).to_contain_text("00.jpg was erased, or is not yours any more")
    expect(ann.locator("#name")).to_have_text("00.jpg")
    ann.get_by_role("button", name="Next item").click()
    expect(ann.locator("#name")).to_have_text("01.jpg")
    ann.go_back()
    expect(ann.get_by_role("heading")).to_have_text("Not here")
    site.complaints.clear()  # the browser tells of what is not there


def test_two_clicks_on_a_button_make_one_link_which_is_shown(site: Site) -> None:
    site.stage.add_member("olga", role="owner")
    olga = site.signed_in("olga", "/people")
    olga.get_by_label("E-mails").fill("new@example.org")
    sent: list[Route] = []
    olga.route("**/invitations", lambda route: sent.append(route))
    with olga.expect_request("**/invitations"):
        olga.get_by_role("button", name="Invite").evaluate(TWICE)
    first(olga, sent).continue_()
    shown = olga.get_by_label("new@example.org", exact=True)
    expect(shown).to_have_value(re.compile("/links/"))
    page = olga.context.new_page()
    page.goto("/links/" + shown.input_value().rpartition("/")[2])
    expect(page.get_by_text("For new@example.org")).to_be_visible()
