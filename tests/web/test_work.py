"""My work in a browser: it is up to date, and one key starts."""

from browsing import Site
from playwright.sync_api import expect


def test_what_comes_back_appears_by_itself(site: Site) -> None:
    site.stage.do("ann", "cars", "completed")
    site.stage.advance_all()
    ann = site.signed_in("ann")
    expect(ann).to_have_title("(1) My work · annoflow")
    undo = ann.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    site.stage.claim("quinn", "qa")
    ann.reload()
    expect(ann.get_by_role("link", name="00.jpg")).to_be_visible()
    expect(undo).to_be_hidden()
    site.stage.flag("quinn", "qa", "cars", "00.jpg", text="the roof")
    expect(ann.get_by_role("listitem").first).to_contain_text("the roof")
    expect(ann).to_have_title("(2) My work · annoflow")
    expect(ann.get_by_role("link", name="Fix").locator("kbd")).to_have_text("F")
    ann.keyboard.press("f")
    expect(ann.locator("#name")).to_have_text("00.jpg")


def test_one_key_starts_and_undo_opens_what_was_done_again(site: Site) -> None:
    ann = site.signed_in("ann")
    ann.keyboard.press("s")
    ann.get_by_role("button", name="Complete").click()
    expect(ann.locator("#name")).to_have_text("01.jpg")
    ann.goto("/work")
    ann.get_by_role("button", name="Undo").click()
    expect(ann.locator("#name")).to_have_text("00.jpg")
    assert site.stage.row("cars", "00.jpg").state == "claimed"
