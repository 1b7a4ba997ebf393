"""Fingers, phones' photos, other screens: a shape lies where it was pointed at."""

import re

import pytest
from browsing import Point, Site, drag, on_screen
from PIL import Image
from playwright.sync_api import CDPSession, Page, expect
from sqlmodel import select

from workflow_core.services.exchange import ingestion
from workflow_core.store.models import Item, TaskItem

TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True, "device_scale_factor": 2}
UPRIGHT, LYING = (400, 300), (300, 400)
ORIENTATION = 274
"""The number of the EXIF tag that says how the camera was held."""


class Fingers:
    """Touches the picture, with one finger or two."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session: CDPSession = page.context.new_cdp_session(page)

    def touch(self, kind: str, *points: Point) -> None:
        at = [dict(zip("xy", on_screen(self.page, point), strict=True)) for point in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})


def box(page: Page) -> list[int]:
    """Return where the only box is drawn: left, top, width, height."""
    path = page.locator(".shapes path").get_attribute("d") or ""
    return [round(float(number)) for number in re.findall(r"-?[\d.]+", path)[:4]]


def test_one_finger_draws_and_two_fingers_zoom_and_leave_nothing_behind(site: Site) -> None:
    page = site.signed_in("ann", **TABLET)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="box", exact=True).click()
    fingers = Fingers(page)
    fingers.touch("touchStart", (200, 200))
    fingers.touch("touchMove", (230, 230))
    fingers.touch("touchStart", (230, 230), (300, 300))
    fingers.touch("touchMove", (180, 180), (350, 350))
    fingers.touch("touchEnd")
    expect(page.locator("svg .shapes > *")).to_have_count(0)
    expect(page.locator(".marks .drawing")).to_have_count(0)
    expect(page.locator("#canvas")).not_to_have_class("moving")
    fingers.touch("touchStart", (200, 200))
    fingers.touch("touchMove", (230, 220))
    fingers.touch("touchMove", (260, 240))
    fingers.touch("touchEnd")
    assert box(page) == [200, 200, 60, 40]


@pytest.fixture(scope="module")
def turned(many: Site) -> list[int]:
    """Items whose pictures say eight ways in which a camera was held."""
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        photo = Image.new("RGB", UPRIGHT if orientation < 5 else LYING, "white")
        photo.save(many.photos / f"z{orientation}.jpg", exif=exif)
    ingestion.ingest(many.stage.session_of, pipeline="p", project="default", clock=lambda: many.stage.now)
    with many.stage.session() as session:
        query = select(TaskItem.id).join(Item).where(Item.name.startswith("z")).order_by(Item.name)
        return list(session.exec(query))


@pytest.mark.parametrize("ratio", [1, 2])
def test_however_the_camera_was_held_a_box_lies_where_it_was_drawn(many: Site, turned: list[int], ratio: int) -> None:
    page = many.signed_in("ann", device_scale_factor=ratio)
    for task_item in turned[ratio - 1 :: 2]:
        page.goto(f"/studio/{task_item}")
        page.get_by_role("button", name="box", exact=True).click()
        drag(page, (100, 80), (220, 140))
        assert box(page) == [100, 80, 120, 60]
        drawn = page.locator("image")
        assert (drawn.get_attribute("width"), drawn.get_attribute("height")) == ("400", "300")


def test_a_picture_that_is_gone_is_said_and_the_item_can_be_discarded(many: Site) -> None:
    with many.stage.session() as session:
        key = many.stage.task_item(session, "cars", "23.jpg").id
    (many.photos / "23.jpg").unlink()
    page = many.signed_in("ann")
    page.goto(f"/studio/{key}")
    expect(page.get_by_role("status")).to_contain_text("23.jpg: this picture cannot be shown")
    page.get_by_role("button", name="Discard").click()
    page.wait_for_url(lambda url: not url.endswith(f"/{key}"))
    assert many.stage.row("cars", "23.jpg").status == "discarded"
    many.complaints.clear()
