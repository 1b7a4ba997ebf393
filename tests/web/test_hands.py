"""Fingers, phones' photos, other screens: a shape lies where it was pointed at."""

import math
import re
from functools import partial
from typing import Any

import pytest
from browsing import Point, Site, on_screen
from pens import Keys, assert_alike, by_mouse
from PIL import Image
from playwright.sync_api import CDPSession, Page, expect
from running import wait_until
from sqlmodel import select

from workflow_core.services.exchange import ingestion
from workflow_core.store.models import Annotation, Item, TaskItem

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
        at = [dict(zip("xy", point, strict=True)) for point in on_screen(self.page, *points)]
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


def zoom(page: Page, scale: float, about: Point) -> None:
    """Turn the wheel over a point of the picture until so many pixels of the screen are one of it."""
    [at] = on_screen(page, about)
    page.mouse.move(*at)
    now, ratio = page.locator("#canvas image").evaluate("image => [image.getScreenCTM().a, devicePixelRatio]")
    page.mouse.wheel(0, -math.log(scale / now) / math.log(1.0015) * ratio)
    wait_until(lambda: abs(page.locator("#canvas image").evaluate("image => image.getScreenCTM().a") - scale) < 0.01)
    expect(page.locator("#canvas")).not_to_have_class(re.compile("moving"))


SHAPES: list[dict[str, Any]] = [
    {"label": "car", "tool": "box", "geometry": {"x": 120, "y": 80, "width": 60, "height": 40}},
    {"label": "car", "tool": "polygon", "geometry": {"outlines": [[[130, 90], [170, 90], [170, 125], [140, 130]]]}},
    {"label": "car", "tool": "polyline", "geometry": {"points": [[125, 100], [150, 110], [175, 100]]}},
    {"label": "car", "tool": "point", "geometry": {"x": 155, "y": 105}},
]


SEND = """async ([path, body]) => {
    const headers = { "Content-Type": "application/json" }
    return (await fetch(path, { method: "POST", headers, body: JSON.stringify(body) })).status
}"""


def drawn(site: Site, task_item: int) -> list[dict[str, Any]]:
    """Return what the database has of an item that is completed."""
    with site.stage.session() as session:
        item = session.get_one(TaskItem, task_item).item_id
        found = session.exec(select(Annotation).where(Annotation.item_id == item).order_by(Annotation.id))
        return [{"label": one.label, "tool": one.tool, "geometry": one.geometry} for one in found]


@pytest.mark.parametrize(("ratio", "scale", "keys"), [(1, 1, False), (2, 1, True), (1, 8, True), (2, 8, False)])
def test_by_mouse_and_keys_and_over_http_the_same_is_drawn_however_the_camera_was_held(
    many: Site, turned: list[int], ratio: int, scale: int, keys: bool
) -> None:
    page = many.signed_in("ann", device_scale_factor=ratio)
    first, second = turned[:2]
    del turned[:2]
    page.goto(f"/studio/{first}")
    page.get_by_role("button", name="box", exact=True, pressed=True).wait_for()
    image = page.locator("image")
    assert (image.get_attribute("width"), image.get_attribute("height")) == ("400", "300")
    zoom(page, scale, (150, 105))
    draw = Keys(page, (200, 150)).draw if keys else partial(by_mouse, page)
    for shape in SHAPES:
        draw(shape)
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url(lambda url: not url.endswith(f"/{first}"))
    sent = page.evaluate(SEND, [f"/api/task-items/{second}/submission", {"status": "completed", "annotations": SHAPES}])
    assert sent == 200
    assert drawn(many, second) == SHAPES
    assert_alike(drawn(many, first), SHAPES)


def test_a_picture_that_is_gone_is_said_and_the_item_can_be_discarded(many: Site) -> None:
    with many.stage.session() as session:
        key = many.stage.task_item(session, "cars", "23.jpg").id
    (many.photos / "23.jpg").unlink()
    page = many.signed_in("ann", f"/studio/{key}")
    expect(page.get_by_role("status")).to_contain_text("23.jpg: this picture cannot be shown")
    expect(page.locator("#canvas image")).not_to_have_attribute("href", re.compile("."))
    page.get_by_role("button", name="Discard").click()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith(f"/{key}"))
    assert many.stage.row("cars", "23.jpg").status == "discarded"
    manager = many.signed_in("mia", "/items?name=23")
    expect(manager.locator(".thumbnail img[data-gone]")).to_have_count(1)
    manager.get_by_role("link", name="23.jpg").click()
    gone = manager.locator(".picture img[data-gone]")
    expect(gone).to_have_count(1)
    with many.stage.session() as session:
        session.get_one(Item, many.stage.task_item(session, "cars", "23.jpg").item_id).folder = "/lost"
    manager.evaluate("htmx.ajax('GET', location.href, {target: '#main', select: '#main', swap: 'outerMorph'})")
    expect(manager.get_by_role("link", name="/lost")).to_be_visible()
    expect(gone).to_have_count(1)  # and no broken one after a refresh
    manager.goto("/account")  # by then the browser has complained of all that was not there
    many.complaints.clear()
