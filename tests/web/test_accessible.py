"""What axe-core finds on the pages, in either theme: nothing."""

import hashlib
import tomllib

import pytest
from accessibility import VENDORED, in_both_themes
from browsing import Site, drag
from playwright.sync_api import expect

from workflow_core.web.rendering.assets import FOLDER


def test_what_is_vendored_is_what_its_makers_sent() -> None:
    told = tomllib.loads((VENDORED / "vendored.toml").read_text())
    files = [*VENDORED.glob("*.js"), *FOLDER.glob("*.min.js")]
    sums = {file.name: hashlib.sha512(file.read_bytes()).hexdigest() for file in files}
    assert {name: one["sha512"] for name, one in told.items()} == sums


def test_signing_in_and_getting_lost_are_for_everybody(site: Site) -> None:
    page = site.window()
    for address in ("/sign-in", "/nowhere"):
        page.goto(address)
        assert in_both_themes(page) == []
    site.complaints.clear()  # the browser says that a page was not found


@pytest.fixture
def flagged(site: Site) -> Site:
    """Ann has something to fix, and something that she has done; quinn waits for the fix."""
    drawn = [{"label": "car", "tool": "box", "geometry": {"x": 10, "y": 10, "width": 60, "height": 40}}]
    for name in ("00.jpg", "01.jpg"):
        site.stage.submit("ann", "cars", name, "completed", annotations=drawn)
    site.stage.advance_all()
    site.stage.flag("quinn", "qa", "cars", "00.jpg", text="the roof is cut off")
    return site


def test_a_desk_on_which_much_lies_is_for_everybody(flagged: Site) -> None:
    ann, quinn = (flagged.signed_in(who) for who in ("ann", "quinn"))
    assert in_both_themes(ann) == []
    assert in_both_themes(quinn) == []


def test_the_board_is_for_everybody(flagged: Site) -> None:
    flagged.stage.add_person("cars", "bo")
    mia = flagged.signed_in("mia", "/board")
    assert in_both_themes(mia) == []
    mia.set_viewport_size({"width": 390, "height": 844})
    for part in (mia.get_by_role("region", name="Issues"), mia.locator(".people").first):
        assert part.evaluate("one => one.scrollWidth - one.clientWidth") == 0
    mia.get_by_role("link", name="Redistribute").click()
    expect(mia.get_by_role("heading", name="Redistribute cars")).to_be_visible()
    assert in_both_themes(mia) == []


def test_pipelines_people_and_ones_account_are_for_everybody(flagged: Site) -> None:
    flagged.stage.add_member("olga", role="owner")
    olga = flagged.signed_in("olga", "/pipelines")
    assert in_both_themes(olga) == []
    olga.get_by_role("link", name="People").click()
    expect(olga.get_by_role("region", name="People")).to_be_visible()
    assert in_both_themes(olga) == []
    olga.goto("/account")
    assert in_both_themes(olga) == []


def test_items_are_for_everybody(flagged: Site) -> None:
    mia = flagged.signed_in("mia", "/items")
    assert in_both_themes(mia) == []
    mia.get_by_role("link", name="00.jpg").click()
    expect(mia.get_by_role("heading", name="00.jpg")).to_be_visible()
    assert in_both_themes(mia) == []


def test_the_studio_is_for_everybody_while_drawing_fixing_and_reviewing(flagged: Site) -> None:
    ann = flagged.signed_in("ann")
    ann.get_by_role("link", name="Fix").click()
    ann.get_by_role("button", name="box", exact=True).click()
    drag(ann, (200, 200), (300, 300))
    ann.keyboard.press("?")
    assert in_both_themes(ann) == []
    ann.keyboard.press("Escape")
    assert in_both_themes(ann) == []
    quinn = flagged.signed_in("quinn")
    quinn.get_by_role("button", name="Start").click()
    quinn.get_by_role("img", name="car box").click()
    assert in_both_themes(quinn) == []


def test_every_part_of_the_pages_is_for_everybody(site: Site) -> None:
    ann = site.signed_in("ann", "/styleguide")
    assert in_both_themes(ann) == []
