"""Hands that draw in the studio, by mouse or by keys; and shapes compared to half a pixel."""

from collections.abc import Sequence
from typing import Any

from browsing import Point, click, drag
from playwright.sync_api import Page


def points(shape: dict[str, Any]) -> list[Point]:
    """Return the points that draw a shape."""
    geometry = shape["geometry"]
    if "width" in geometry:
        x, y = geometry["x"], geometry["y"]
        return [(x, y), (x + geometry["width"], y + geometry["height"])]
    listed = geometry.get("points") or geometry.get("outlines", [[[geometry.get("x"), geometry.get("y")]]])[0]
    return [(x, y) for x, y in listed]


def by_mouse(page: Page, shape: dict[str, Any]) -> None:
    """Take label and tool by their buttons, and draw a shape."""
    page.get_by_role("button", name=shape["label"], exact=True).click()
    page.get_by_role("button", name=shape["tool"], exact=True).click()
    if shape["tool"] == "box":
        drag(page, *points(shape))
        return
    click(page, *points(shape))
    if shape["tool"] == "polygon":
        click(page, points(shape)[0])
    elif shape["tool"] == "polyline":
        page.keyboard.press("Enter")


def press(page: Page, key: str, times: int) -> None:
    """Press an arrow so many times, ten of them at once."""
    for far, left in ((True, times // 10), (False, times % 10)):
        for _ in range(left):
            page.keyboard.press(f"Shift+{key}" if far else key)


class Keys:
    """Draws without a mouse: the cursor begins in the middle of the picture."""

    def __init__(self, page: Page, middle: Point) -> None:
        self.page = page
        self.at = middle

    def go(self, to: Point) -> None:
        across, down = to[0] - self.at[0], to[1] - self.at[1]
        press(self.page, "ArrowRight" if across > 0 else "ArrowLeft", round(abs(across)))
        press(self.page, "ArrowDown" if down > 0 else "ArrowUp", round(abs(down)))
        self.at = to

    def draw(self, shape: dict[str, Any]) -> None:
        self.page.keyboard.press({"car": "1", "sign": "2"}[shape["label"]])
        self.page.keyboard.press({"box": "b", "polygon": "p", "polyline": "i", "point": "o"}[shape["tool"]])
        for point in points(shape):
            self.go(point)
            self.page.keyboard.press("Enter")
        if shape["tool"].startswith("poly"):
            self.page.keyboard.press("Enter")


def assert_alike(drawn: Sequence[dict[str, Any]], wanted: Sequence[dict[str, Any]]) -> None:
    """Compare shapes, to half a pixel of the picture."""
    assert [(one["label"], one["tool"]) for one in drawn] == [(one["label"], one["tool"]) for one in wanted]
    for one, other in zip(drawn, wanted, strict=True):
        for (x, y), (left, top) in zip(points(one), points(other), strict=True):
            assert abs(x - left) <= 0.5 and abs(y - top) <= 0.5, (one, other)
