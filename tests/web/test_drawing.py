"""The studio's tools: whatever hand draws them, shapes are the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import PASSWORD, Site, click, drag, first, on_screen
from pens import assert_alike, by_mouse, points, press
from playwright.sync_api import Page, Route, expect
from sqlmodel import select

from workflow_core.store.models import Draft, TaskItem

BOX = {"label": "car", "tool": "box", "geometry": {"x": 100, "y": 80, "width": 120, "height": 60}}
POLYGON = {
    "label": "car",
    "tool": "polygon",
    "geometry": {"outlines": [[[300, 100], [380, 100], [380, 160], [330, 180]]]},
}
POLYLINE = {"label": "car", "tool": "polyline", "geometry": {"points": [[60, 300], [160, 320], [260, 300]]}}
POINT = {"label": "sign", "tool": "point", "geometry": {"x": 500, "y": 400}}
SECOND = {**BOX, "geometry": {"x": 300, "y": 300, "width": 90, "height": 80}}
ALL = [BOX, POLYGON, POLYLINE, POINT]


@pytest.fixture(scope="module")
def ann(many: Site) -> Page:
    return many.signed_in("ann")


@pytest.fixture(scope="module")
def fresh(many: Site) -> Iterator[int]:
    """Items that nobody has touched."""
    with many.stage.session() as session:
        return iter(session.exec(select(TaskItem.id)).all())


@pytest.fixture
def studio(many: Site, ann: Page, fresh: Iterator[int]) -> Iterator[Page]:
    """Ann has opened a fresh item; the tool in hand is the box, and the label is car."""
    ann.goto(f"/studio/{next(fresh)}")
    ann.get_by_role("button", name="box", exact=True, pressed=True).wait_for()
    yield ann
    assert many.complaints == []


def kept(site: Site, page: Page) -> list[dict[str, Any]]:
    """Return what the server has of what is drawn."""
    expect(page.locator("#kept")).to_have_text("Saved")
    key = int(page.url.rsplit("/", 1)[1])
    with site.stage.session() as session:
        return list(session.exec(select(Draft).where(Draft.task_item_id == key)).one().content["annotations"])


def test_all_tools_draw_by_mouse_what_was_pointed_at(many: Site, studio: Page) -> None:
    for shape in ALL:
        by_mouse(studio, shape)
    assert_alike(kept(many, studio), ALL)
    expect(studio.get_by_role("img", name="car polyline")).to_have_css("fill-opacity", "0")  # it has no inside


def test_zoomed_and_panned_a_click_still_means_the_same_place(many: Site, studio: Page) -> None:
    for _ in range(3):
        studio.keyboard.press("+")
    studio.keyboard.down(" ")
    drag(studio, (320, 240), (330, 250))
    studio.keyboard.up(" ")
    shape = {"label": "car", "tool": "box", "geometry": {"x": 290, "y": 230, "width": 60, "height": 30}}
    by_mouse(studio, shape)
    assert_alike(kept(many, studio), [shape])


def test_a_box_is_drawn_by_two_clicks_as_well(many: Site, studio: Page) -> None:
    studio.get_by_role("button", name="box", exact=True).click()
    click(studio, *points(BOX))
    assert_alike(kept(many, studio), [BOX])


def test_a_shape_is_moved_resized_deleted_and_all_of_it_taken_back(many: Site, studio: Page) -> None:
    by_mouse(studio, BOX)
    studio.keyboard.press("v")
    drag(studio, (150, 110), (190, 130))
    moved = {**BOX, "geometry": {"x": 140, "y": 100, "width": 120, "height": 60}}
    assert_alike(kept(many, studio), [moved])
    drag(studio, (260, 160), (300, 200))
    assert_alike(kept(many, studio), [{**BOX, "geometry": {"x": 140, "y": 100, "width": 160, "height": 100}}])
    studio.keyboard.press("Delete")
    expect(studio.get_by_role("img", name="car box")).to_have_count(0)
    for _ in range(2):
        studio.keyboard.press("z")
    assert_alike(kept(many, studio), [moved])
    studio.keyboard.press("y")
    studio.keyboard.press("Control+Shift+z")
    assert kept(many, studio) == []


def test_what_was_taken_back_is_gone_once_something_else_is_drawn(many: Site, studio: Page) -> None:
    by_mouse(studio, BOX)
    studio.keyboard.press("z")
    by_mouse(studio, SECOND)
    studio.keyboard.press("y")
    assert_alike(kept(many, studio), [SECOND])


def test_a_point_of_a_polygon_is_added_moved_and_taken_away_by_keys(many: Site, studio: Page) -> None:
    by_mouse(studio, POLYGON)
    studio.keyboard.press("v")
    [middle] = on_screen(studio, (340, 100))
    studio.mouse.dblclick(*middle)
    assert len(kept(many, studio)[0]["geometry"]["outlines"][0]) == 5
    press(studio, "ArrowUp", 12)
    assert [round(y) for _, y in kept(many, studio)[0]["geometry"]["outlines"][0]][1] == 88
    studio.keyboard.press("Backspace")
    assert_alike(kept(many, studio), [POLYGON])


def test_with_too_few_points_an_outline_goes_and_with_the_last_one_the_polygon(many: Site, studio: Page) -> None:
    second = {**POLYGON, "geometry": {"outlines": [[[450, 100], [500, 100], [500, 150]]]}}
    by_mouse(studio, {**POLYGON, "geometry": {"outlines": [[[300, 100], [380, 100], [380, 160]]]}})
    studio.keyboard.press("m")
    click(studio, *points(second))
    studio.keyboard.press("Enter")
    studio.keyboard.press("v")
    studio.get_by_role("img", name="car polygon").focus()
    studio.keyboard.press("Enter")
    studio.keyboard.press("Backspace")
    assert_alike(kept(many, studio), [second])
    studio.keyboard.press("Enter")
    studio.keyboard.press("Backspace")
    assert kept(many, studio) == []


def test_another_outline_joins_the_polygon(many: Site, studio: Page) -> None:
    by_mouse(studio, POLYGON)
    studio.keyboard.press("m")
    click(studio, (450, 100), (500, 100), (500, 150))
    studio.keyboard.press("Enter")
    [polygon] = kept(many, studio)
    assert [len(outline) for outline in polygon["geometry"]["outlines"]] == [4, 3]
    expect(studio.locator("#status")).to_be_empty()  # it was about that outline


def test_a_label_of_its_own_tool_takes_that_in_hand_where_nothing_is_selected(studio: Page) -> None:
    studio.keyboard.press("v")
    studio.keyboard.press("2")
    expect(studio.get_by_role("button", name="box", exact=True, pressed=True)).to_be_visible()


def test_what_is_no_shape_is_said_and_not_kept(many: Site, studio: Page) -> None:
    studio.keyboard.press("p")
    click(studio, (100, 100), (150, 150), (200, 200))
    studio.keyboard.press("Enter")
    expect(studio.get_by_role("status")).to_have_text(
        "Not yet a shape: a polygon has three points that are not on one line"
    )
    studio.keyboard.press("Backspace")
    click(studio, (200, 120))
    studio.keyboard.press("Enter")
    assert len(kept(many, studio)) == 1


def test_the_smaller_shape_lies_on_top_and_alt_reaches_below(many: Site, studio: Page) -> None:
    by_mouse(studio, {**BOX, "geometry": {"x": 150, "y": 100, "width": 20, "height": 20}})
    by_mouse(studio, {**BOX, "label": "sign"})
    studio.keyboard.press("v")
    click(studio, (160, 110))
    expect(studio.get_by_role("option", selected=True)).to_have_text("carbox")
    studio.keyboard.down("Alt")
    click(studio, (160, 110))
    studio.keyboard.up("Alt")
    expect(studio.get_by_role("option", selected=True)).to_have_text("signbox")


def test_a_selected_shape_gets_another_label_and_keeps_its_place(many: Site, studio: Page) -> None:
    by_mouse(studio, BOX)
    studio.keyboard.press("v")
    studio.get_by_role("img", name="car box").focus()
    studio.keyboard.press("2")
    assert_alike(kept(many, studio), [{**BOX, "label": "sign"}])


def test_a_second_window_overwrites_nothing_and_says_so(many: Site, studio: Page) -> None:
    other = studio.context.new_page()
    other.goto(studio.url)
    other.get_by_role("button", name="box", exact=True).wait_for()
    by_mouse(studio, BOX)
    kept(many, studio)
    by_mouse(other, POINT)
    expect(other.get_by_role("status")).to_contain_text("Another window has saved a draft")
    assert_alike(kept(many, studio), [BOX])
    other.get_by_role("button", name="Keep this one").click()
    assert_alike(kept(many, other), [POINT])
    many.complaints.clear()  # the browser itself says that something was refused


def test_what_is_drawn_without_a_connection_is_kept_and_sent_later(many: Site, studio: Page) -> None:
    studio.context.set_offline(True)
    by_mouse(studio, BOX)
    expect(studio.locator("#kept")).to_contain_text("No connection")
    studio.context.set_offline(False)
    assert_alike(kept(many, studio), [BOX])
    many.complaints.clear()


def test_what_a_browser_kept_is_offered_where_a_later_draft_has_overtaken_it(many: Site, studio: Page) -> None:
    address = studio.url
    studio.context.set_offline(True)
    by_mouse(studio, BOX)
    expect(studio.locator("#kept")).to_contain_text("No connection")
    elsewhere = many.signed_in("ann", to=address)
    elsewhere.get_by_role("button", name="box", exact=True, pressed=True).wait_for()
    by_mouse(elsewhere, POINT)
    assert_alike(kept(many, elsewhere), [POINT])
    studio.goto("about:blank")
    studio.context.set_offline(False)
    studio.goto(address)
    expect(studio.get_by_role("status")).to_contain_text("This browser has kept another drawing")
    expect(studio.get_by_role("img", name="sign point")).to_have_count(1)
    studio.get_by_role("button", name="Show it").click()
    assert_alike(kept(many, studio), [BOX])
    many.complaints.clear()


def test_an_ended_session_asks_for_the_password_over_the_drawing(many: Site, studio: Page) -> None:
    studio.context.clear_cookies()
    by_mouse(studio, BOX)
    studio.get_by_label("Password").fill(PASSWORD)
    studio.get_by_role("button", name="Sign in").click()
    assert_alike(kept(many, studio), [BOX])
    many.complaints.clear()


def test_a_late_answer_of_an_ended_session_does_not_ask_for_the_password_again(many: Site, studio: Page) -> None:
    held: list[Route] = []
    studio.route("**/draft", lambda route: held.append(route), times=2)
    studio.context.clear_cookies()
    with studio.expect_request("**/draft"):
        by_mouse(studio, BOX)
    by_mouse(studio, SECOND)
    with studio.expect_request("**/draft"):
        first(studio, held).continue_()
    studio.get_by_label("Password").fill(PASSWORD)
    studio.get_by_role("button", name="Sign in").click()
    expect(studio.locator("#signing-in")).to_be_hidden()
    with studio.expect_request("**/draft"):  # at once, and not only after the password
        held[1].fulfill(status=401, json={"detail": "sign in"})
    assert_alike(kept(many, studio), [BOX, SECOND])
    expect(studio.locator("#signing-in")).to_be_hidden()
    many.complaints.clear()
