"""Review in the studio: from one annotation to the next, flags by one key, what has changed since."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import Site, drag
from playwright.sync_api import Page, expect
from sqlmodel import select
from stage import BOX

from workflow_core.store.models import Issue, Item, TaskItem
from workflow_core.web.rendering.shapes import COLORS

FIRST = {**BOX, "geometry": {"x": 100, "y": 80, "width": 120, "height": 60}}
SECOND = {**BOX, "geometry": {"x": 400, "y": 200, "width": 60, "height": 60}}
FIXED = {**BOX, "geometry": {"x": 110, "y": 90, "width": 100, "height": 40}}


@pytest.fixture(scope="module")
def names() -> Iterator[str]:
    """Pictures that nobody has touched."""
    return (f"{number:02}.jpg" for number in range(24))


@pytest.fixture(scope="module")
def quinn(many: Site) -> Page:
    return many.signed_in("quinn")


class Reviewing:
    """Quinn has an item open, on which ann has drawn."""

    def __init__(self, site: Site, page: Page, name: str) -> None:
        self.site, self.page, self.name = site, page, name
        site.stage.submit("ann", "cars", name, "completed", annotations=[FIRST, SECOND])
        site.stage.advance_all()
        with site.stage.session() as session:
            self.task_item = site.stage.task_item(session, "qa", name).id
        self.open()

    def open(self) -> None:
        self.page.goto(f"/studio/{self.task_item}")
        self.page.get_by_role("img", name="car box").first.wait_for()

    def issue(self) -> Issue:
        self.page.locator("#issues").get_by_text("quinn@example.org").first.wait_for()
        with self.site.stage.session() as session:
            return session.exec(select(Issue).join(Item).where(Item.name == self.name)).one()

    def fixed(self) -> None:
        """Ann makes the first box smaller, and says so."""
        issue = self.issue()
        drawn: list[dict[str, Any]] = [
            {**shape, "id": issue.annotation_id + number} for number, shape in enumerate((FIXED, SECOND))
        ]
        self.site.stage.fix("ann", issue.id)
        self.site.stage.submit("ann", "cars", self.name, "completed", annotations=drawn)
        self.open()


@pytest.fixture
def review(many: Site, quinn: Page, names: Iterator[str]) -> Iterator[Reviewing]:
    yield Reviewing(many, quinn, next(names))
    assert many.complaints == []


def test_one_key_steps_through_all_annotations_and_another_flags(review: Reviewing) -> None:
    page = review.page
    page.keyboard.press("n")
    selected = page.locator(".shapes .selected")
    expect(selected).to_have_count(1)
    first = selected.get_attribute("data-annotation") or ""
    page.keyboard.press("n")
    expect(selected).not_to_have_attribute("data-annotation", first)
    page.keyboard.press("n")
    expect(selected).to_have_attribute("data-annotation", first)  # after the last comes the first
    page.keyboard.press("n")
    expect(page.locator("#flag-about")).to_have_text("car box by ann@example.org")
    page.keyboard.press("2")
    issue = review.issue()
    assert (issue.kind, issue.state) == ("Wrong label", "open")
    flagged = page.get_by_role("img", name="1 open issue")
    assert flagged.get_attribute("data-annotation") == str(issue.annotation_id)


def test_a_place_where_something_is_missing_is_flagged(review: Reviewing) -> None:
    drag(review.page, (500, 300), (560, 360))
    expect(review.page.locator("#flag-about")).to_have_text("Something missing at the marked place")
    review.page.get_by_role("combobox").select_option("sign")
    review.page.get_by_role("button", name="Flag").click()
    issue = review.issue()
    assert (issue.kind, issue.annotation_id) == ("Missing", None)
    assert {side: round(value) for side, value in issue.geometry.items()} == {
        "x": 500,
        "y": 300,
        "width": 60,
        "height": 60,
    }


def test_after_a_fix_the_old_outline_stands_beside_the_new_one(review: Reviewing) -> None:
    review.page.get_by_role("img", name="car box").first.click()
    review.page.get_by_role("button", name="Flag").click()
    review.fixed()
    expect(review.page.locator(".marks .place")).to_have_attribute("d", "M100 80h120v60h-120z")
    expect(review.page.locator(".shapes .selected")).to_have_attribute("d", "M110 90h100v40h-100z")


def test_what_is_not_fixed_is_reopened_and_goes_back(review: Reviewing) -> None:
    review.page.get_by_role("img", name="car box").first.click()
    review.page.get_by_role("button", name="Flag").click()
    review.fixed()
    review.page.get_by_role("button", name="Re-open").click()
    expect(review.page.locator("#issues")).to_contain_text("to be fixed")
    assert review.site.stage.row("cars", review.name).state == "returned"


def test_a_flag_is_taken_back_and_the_item_is_as_before(review: Reviewing) -> None:
    review.page.keyboard.press("n")
    review.page.keyboard.press("f")
    review.page.get_by_role("button", name="Take back the flag").click()
    review.page.get_by_role("button", name="Approve").wait_for()
    assert review.site.stage.row("cars", review.name).status == "completed"


def test_what_somebody_else_flagged_is_theirs_to_take_back(review: Reviewing) -> None:
    review.site.stage.manual_qa(f"again {review.name}", "cars", "rex")
    review.site.stage.flag("rex", f"again {review.name}", "cars", review.name, text="theirs")
    review.open()
    theirs = review.page.locator("#issues > li").filter(has_text="theirs")
    expect(theirs.get_by_role("button", name="Send")).to_be_visible()
    expect(theirs.get_by_role("button", name="Take back the flag")).to_have_count(0)


def test_a_reply_is_in_the_thread_and_is_text_whatever_it_says(review: Reviewing) -> None:
    review.page.keyboard.press("n")
    review.page.keyboard.press("f")
    review.page.get_by_label("Reply").fill("<img src=x onerror=alert(1)>")
    review.page.get_by_role("button", name="Send").click()
    expect(review.page.locator("#issues")).to_contain_text("<img src=x onerror=alert(1)>")


def test_one_key_approves_and_brings_the_next(many: Site, review: Reviewing, names: Iterator[str]) -> None:
    many.stage.submit("ann", "cars", next(names), "completed", annotations=[FIRST])
    many.stage.advance_all()
    review.page.keyboard.press("a")
    review.page.wait_for_url(lambda url: not url.endswith(f"/{review.task_item}"))
    with many.stage.session() as session:
        assert session.get_one(TaskItem, review.task_item).status == "approved"
    here = review.page.url
    review.page.keyboard.press("n")
    review.page.keyboard.press("f")
    expect(review.page.get_by_role("button", name="Next item")).to_have_attribute("aria-keyshortcuts", "g")
    review.page.keyboard.press("g")
    review.page.wait_for_url(lambda url: url != here)


PIPELINE = """
pipeline: p
dataset: d
source: {uri: PHOTOS}
tasks:
  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [bo@example.org], on: {completed: cars}}
  cars:
    type: annotation
    recipe: {labels: [car], settings: {faults: [Cut off, In the shadow]}}
    assignees: [ann@example.org]
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
"""


def test_what_a_recipe_says_holds_in_a_review_its_list_of_faults_and_its_colors(site: Site) -> None:
    site.stage.deploy(PIPELINE.replace("PHOTOS", str(site.photos)))
    review = Reviewing(site, site.signed_in("quinn"), "00.jpg")
    review.page.keyboard.press("n")
    review.page.keyboard.press("2")
    assert review.issue().kind == "In the shadow"
    expect(review.page.locator(".shapes > *").first).to_have_attribute("color", COLORS[0])


def test_a_status_of_the_teams_takes_no_key_that_reviewers_press_all_day(site: Site) -> None:
    more = "    extra_statuses: [for-an-expert, no, unclear]\n    on: {for-an-expert: cars, no: cars, unclear: cars}\n"
    site.stage.deploy(PIPELINE.replace("PHOTOS", str(site.photos)) + more)
    site.stage.migrate()
    review = Reviewing(site, site.signed_in("quinn"), "00.jpg")
    review.page.keyboard.press("n")
    expect(review.page.locator(".shapes .selected")).to_have_count(1)
    review.page.keyboard.press("f")
    assert review.issue().kind == "Cut off"


def test_where_a_team_has_given_its_key_away_the_button_to_flag_shows_another(site: Site) -> None:
    more = "    extra_statuses: [{name: fine, key: f}]\n    on: {fine: cars}\n"
    site.stage.deploy(PIPELINE.replace("PHOTOS", str(site.photos)) + more)
    site.stage.migrate()
    review = Reviewing(site, site.signed_in("quinn"), "00.jpg")
    expect(review.page.locator("#flagging kbd").last).to_have_text("/")
    review.page.keyboard.press("n")
    review.page.keyboard.press("/")
    assert review.issue().kind == "Cut off"
