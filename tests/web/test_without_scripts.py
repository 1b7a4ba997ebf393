"""Pages in a browser that runs no scripts: who comes to read, reads; the studio says what it needs."""

from browsing import PASSWORD, Site, link
from playwright.sync_api import expect


def test_signing_in_my_work_the_board_and_items_need_no_script_and_the_studio_says_that_it_does(site: Site) -> None:
    mia = site.window(java_script_enabled=False)
    mia.goto(link(site.stage, "mia"))
    mia.get_by_label("New password").fill(PASSWORD)
    mia.get_by_role("button", name="Sign in").click()
    expect(mia.get_by_role("heading", name="My work")).to_be_visible()
    mia.get_by_role("link", name="Board").click()
    expect(mia.get_by_role("main")).to_contain_text("0 of 2")
    mia.get_by_role("link", name="Items").click()
    mia.get_by_role("link", name="00.jpg").click()
    expect(mia.get_by_role("heading", name="How it got there")).to_be_visible()
    ann = site.window(java_script_enabled=False)
    ann.goto(link(site.stage, "ann"))
    ann.get_by_label("New password").fill(PASSWORD)
    ann.get_by_role("button", name="Sign in").click()
    ann.get_by_role("button", name="Start").click()
    expect(ann.get_by_text("needs JavaScript")).to_be_visible()
    ann.get_by_role("link", name="My work").click()
    expect(ann.get_by_role("heading", name="My work")).to_be_visible()
    ann.goto("/board")  # which is not theirs
    ann.get_by_role("link", name="My work", exact=True).click()
    expect(ann.get_by_role("heading", name="My work")).to_be_visible()
    site.complaints.clear()  # the browser says that a page was not found
