"""What is done with shapes that are there: the same again, locked, accepted; and the picture in another light."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import Site, click, drag
from playwright.sync_api import Page, expect
from sqlmodel import select
from stage import BOX

from workflow_core.store.models import Draft, TaskItem


@pytest.fixture(scope="module")
def ann(many: Site) -> Page:
    return many.signed_in("ann")


@pytest.fixture(scope="module")
def fresh(many: Site) -> Iterator[int]:
    """Items that nobody has touched."""
    with many.stage.session() as session:
        return iter(session.exec(select(TaskItem.id).order_by(TaskItem.id)).all())


@pytest.fixture
def studio(many: Site, ann: Page, fresh: Iterator[int]) -> Iterator[Page]:
    """Ann has drawn a box, and selected it."""
    ann.goto(f"/studio/{next(fresh)}")
    ann.get_by_role("button", name="box", exact=True, pressed=True).wait_for()
    drag(ann, (100, 100), (160, 140))
    ann.keyboard.press("v")
    click(ann, (130, 120))
    yield ann
    assert many.complaints == []


def kept(site: Site, page: Page) -> list[dict[str, Any]]:
    """Return what the server has of what is drawn."""
    expect(page.locator("#kept")).to_have_text("Saved")
    key = int(page.url.rsplit("/", 1)[1])
    with site.stage.session() as session:
        return list(session.exec(select(Draft).where(Draft.task_item_id == key)).one().content["annotations"])


def corners(drawn: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(round(one["geometry"]["x"]), round(one["geometry"]["y"])) for one in drawn]


def test_what_is_selected_is_drawn_once_more_beside_it(many: Site, studio: Page) -> None:
    studio.keyboard.press("n")
    assert corners(kept(many, studio)) == [(100, 100), (110, 110)]
    expect(studio.get_by_role("option", selected=True)).to_have_count(1)
    studio.keyboard.press("Shift+ArrowRight")
    assert corners(kept(many, studio)) == [(100, 100), (120, 110)]


def test_several_are_selected_moved_and_deleted_together(many: Site, studio: Page) -> None:
    studio.keyboard.press("n")
    click(studio, (105, 105))
    studio.keyboard.down("Shift")
    click(studio, (165, 145))
    studio.keyboard.up("Shift")
    studio.keyboard.press("Shift+ArrowDown")
    assert corners(kept(many, studio)) == [(100, 110), (110, 120)]
    studio.get_by_role("button", name="Delete").click()
    assert kept(many, studio) == []


def test_what_is_locked_stays_as_it_is_and_out_of_the_way_until_it_is_unlocked(many: Site, studio: Page) -> None:
    studio.keyboard.press("k")
    studio.keyboard.press("Delete")
    expect(studio.get_by_role("status")).to_have_text("What is selected is locked")
    studio.keyboard.press("Shift+ArrowRight")
    drag(studio, (130, 120), (230, 220))
    assert corners(kept(many, studio)) == [(100, 100)]
    studio.get_by_role("option", name="car box, locked").click()
    studio.keyboard.press("k")
    drag(studio, (130, 120), (140, 130))
    assert corners(kept(many, studio)) == [(110, 110)]


def test_another_light_is_on_the_picture_alone_and_nothing_is_lost_by_it(studio: Page) -> None:
    studio.keyboard.press("t")
    studio.get_by_label("Brightness", exact=True).press("ArrowRight")
    picture = studio.locator("#canvas image")
    expect(picture).to_have_css("filter", "brightness(1.01) contrast(1)")
    expect(studio.get_by_role("img", name="car box")).to_have_css("filter", "none")
    studio.get_by_role("button", name="As it was taken").click()
    expect(picture).to_have_css("filter", "brightness(1) contrast(1)")
    studio.keyboard.press("Escape")
    expect(studio.get_by_label("Brightness", exact=True)).to_be_hidden()


def test_predictions_are_accepted_one_by_one_or_all_and_that_can_be_taken_back(
    many: Site, ann: Page, fresh: Iterator[int]
) -> None:
    task_item = next(fresh)
    drawn = [{**BOX, "geometry": {"x": x, "y": 20, "width": 40, "height": 30}} for x in (20, 120, 220)]
    many.stage.bring(*drawn, item=f"{task_item - 1:02}.jpg")
    ann.goto(f"/studio/{task_item}")
    predicted = ann.get_by_role("img", name="predicted")
    expect(predicted).to_have_count(3)
    ann.keyboard.press("e")
    ann.keyboard.press("e")
    expect(predicted).to_have_count(2)
    ann.get_by_role("button", name="Accept all").click()
    expect(predicted).to_have_count(0)
    ann.keyboard.press("z")
    expect(predicted).to_have_count(2)
    assert many.complaints == []


def test_why_an_item_is_discarded_is_said_about_it(many: Site, studio: Page) -> None:
    task_item = int(studio.url.rsplit("/", 1)[1])
    studio.get_by_role("button", name="Discard").click()
    studio.get_by_label("Reason").fill("too dark")
    studio.keyboard.press("Enter")
    studio.wait_for_url(lambda url: not url.endswith(f"/{task_item}"))
    with many.stage.session() as session:
        assert session.get_one(TaskItem, task_item).status == "discarded"
    studio.goto(f"/studio/{task_item}")
    expect(studio.locator("#comments")).to_contain_text("too dark")
