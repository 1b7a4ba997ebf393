"""From Complete to the next picture there is one answer to wait for."""

from browsing import Site, drag, first
from playwright.sync_api import Route, expect
from sqlmodel import select

from workflow_core.store.models import Draft

DECODED = """
    window.decoded = []
    const { decode } = HTMLImageElement.prototype
    HTMLImageElement.prototype.decode = function () {
        window.decoded.push(new URL(this.src).pathname)
        return decode.call(this)
    }
"""
ASKING = """
pipeline: p
dataset: d
source: {uri: PHOTOS}
tasks:
  cars:
    type: annotation
    recipe:
      labels: [{name: car, tools: [box], attributes: {kind: {type: text, required: true}}}, {name: van, tools: [box]}]
    assignees: [ann@example.org]
    on: {completed: qa}
  qa: {type: qa, assignees: [quinn@example.org]}
"""


def test_complete_brings_the_next_item_with_one_answer_and_a_picture_that_is_there_and_decoded(site: Site) -> None:
    ann = site.signed_in("ann")
    ann.add_init_script(DECODED)
    with ann.expect_response("**/items/2/image"):  # of what lies below
        ann.get_by_role("button", name="Start").click()
    drag(ann, (100, 100), (200, 200))
    expect(ann.get_by_role("img", name="car box")).to_have_count(1)
    pictures = ["/api/items/1/image", "/api/items/2/image"]
    assert ann.evaluate("window.decoded") == pictures
    expect(ann.locator("#kept")).to_have_text("Saved")  # before it is listened to what Complete asks for
    asked: list[str] = []
    ann.on("request", lambda request: asked.append(f"{request.method} {request.url.rsplit('/', 1)[1]}"))
    ann.keyboard.press("c")
    expect(ann.locator("#name")).to_have_text("01.jpg")
    expect(ann.locator("image")).to_have_attribute("href", "/api/items/2/image")
    assert [one for one in asked if one != "GET mark.svg"] == ["POST submission"]
    assert ann.evaluate("window.decoded") == pictures


def test_a_claim_is_renewed_by_who_does_something_and_not_while_idle_or_hidden(site: Site) -> None:
    ann = site.signed_in("ann")
    ann.get_by_role("button", name="Start").click()
    ann.clock.install()
    ann.reload()
    ann.get_by_role("button", name="box", exact=True, pressed=True).wait_for()
    renewed: list[str] = []
    ann.on("request", lambda request: renewed.append(request.url) if request.url.endswith("/renewals") else None)
    ann.clock.fast_forward("01:01")
    ann.keyboard.press("v")
    with ann.expect_response("**/renewals"):
        ann.clock.fast_forward("01:01")
    assert len(renewed) == 1
    ann.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    ann.keyboard.press("v")
    ann.clock.fast_forward("01:01")
    ann.evaluate("() => fetch('/sign-in').then((answer) => answer.text())")  # what was asked for before is known now
    assert len(renewed) == 1
    ann.evaluate("delete document.hidden")
    with ann.expect_response("**/renewals"):
        ann.clock.fast_forward("01:01")
    assert len(renewed) == 2


def test_what_is_wrong_with_the_next_picture_is_said_beside_what_was_just_done(site: Site) -> None:
    (site.photos / "01.jpg").unlink()
    ann = site.signed_in("ann")
    ann.get_by_role("button", name="Start").click()
    expect(ann.locator("image")).to_have_attribute("href", "/api/items/1/image")
    held: list[Route] = []
    ann.route("**/submission", lambda route: held.append(route))
    ann.get_by_role("button", name="Complete").click()
    expect(ann.locator("#canvas > svg")).to_have_css("opacity", "0.3")  # whoever waits sees that they do
    first(ann, held).continue_()
    expect(ann.locator("#name")).to_have_text("01.jpg")
    said = ann.get_by_role("status")
    expect(said).to_contain_text("00.jpg: completed")
    expect(said).to_contain_text("01.jpg: this picture cannot be shown")
    expect(said.get_by_role("button", name="Undo")).to_be_visible()
    expect(ann.locator("#canvas > svg")).to_have_css("opacity", "1")
    ann.goto("/studio/1")
    expect(ann.locator("#task")).to_have_text("cars · completed")
    site.complaints.clear()  # the browser says that a picture was not found


def test_where_complete_does_not_arrive_the_item_stays_open_and_what_is_drawn_is_saved_later(site: Site) -> None:
    ann = site.signed_in("ann")
    ann.get_by_role("button", name="Start").click()
    ann.get_by_role("button", name="box", exact=True, pressed=True).wait_for()
    ann.context.set_offline(True)
    drag(ann, (100, 100), (200, 200))
    ann.get_by_role("button", name="Complete").click()
    expect(ann.get_by_role("status")).to_contain_text("The server does not answer")
    ann.context.set_offline(False)
    drag(ann, (300, 100), (400, 200))
    expect(ann.locator("#kept")).to_have_text("Saved")
    with site.stage.session() as session:
        assert len(session.exec(select(Draft)).one().content["annotations"]) == 2
    site.complaints.clear()  # the browser says that it has no connection


def test_what_complete_asks_for_is_jumped_to_and_goes_with_its_label(site: Site) -> None:
    site.stage.deploy(ASKING.replace("PHOTOS", str(site.photos)))
    ann = site.signed_in("ann")
    ann.get_by_role("button", name="Start").click()
    ann.get_by_role("button", name="box", exact=True, pressed=True).wait_for()
    drag(ann, (100, 100), (200, 200))
    ann.keyboard.press("Escape")
    expect(ann.locator(".shapes .selected")).to_have_count(0)
    ann.get_by_role("button", name="Complete").click()
    expect(ann.get_by_label("kind")).to_be_focused()
    ann.keyboard.type("sedan")
    ann.keyboard.press("Escape")
    ann.get_by_role("button", name="van", exact=True).click()
    expect(ann.get_by_role("img", name="van box")).to_be_visible()
    ann.get_by_role("button", name="Complete").click()
    expect(ann.locator("#name")).to_have_text("01.jpg")
    [drawn] = site.stage.drawn("00.jpg")
    assert (drawn["label"], drawn["attributes"]) == ("van", {})


def test_what_complete_asks_for_discard_does_without(site: Site) -> None:
    site.stage.deploy(ASKING.replace("PHOTOS", str(site.photos)))
    ann = site.signed_in("ann")
    ann.get_by_role("button", name="Start").click()
    ann.get_by_role("button", name="box", exact=True, pressed=True).wait_for()
    drag(ann, (100, 100), (200, 200))
    ann.get_by_role("button", name="Complete").click()
    expect(ann.get_by_role("status")).to_contain_text("kind is required")
    ann.get_by_role("button", name="Discard").click()
    ann.get_by_label("Reason").press("Enter")
    expect(ann.locator("#name")).to_have_text("01.jpg")
    assert site.stage.row("cars", "00.jpg").status == "discarded"
    ann.get_by_role("button", name="Later").click()
    expect(ann.locator("body")).to_have_attribute("aria-busy", "false")
    expect(ann.locator("#status")).to_be_empty()  # nothing is said of the item before
    expect(ann.locator("#name")).to_have_text("01.jpg")  # of which there is no other
