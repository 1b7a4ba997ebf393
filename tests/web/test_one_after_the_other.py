"""From Complete to the next picture there is one answer to wait for."""

from browsing import Site, drag
from playwright.sync_api import expect


def test_complete_brings_the_next_item_with_one_answer_and_a_picture_that_is_there(site: Site) -> None:
    ann = site.signed_in("ann")
    with ann.expect_response("**/items/2/image"):  # of what lies below
        ann.get_by_role("button", name="Start").click()
    drag(ann, (100, 100), (200, 200))
    expect(ann.get_by_role("img", name="car box")).to_have_count(1)
    asked: list[str] = []
    ann.on("request", lambda request: asked.append(f"{request.method} {request.url.rsplit('/', 1)[1]}"))
    ann.keyboard.press("c")
    expect(ann.locator("#name")).to_have_text("01.jpg")
    expect(ann.locator("image")).to_have_attribute("href", "/api/items/2/image")
    assert [one for one in asked if one != "GET mark.svg"] == ["POST submission"]
