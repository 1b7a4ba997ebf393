"""The thinnest whole path, in a real browser: sign in, draw, complete, flag, fix, approve."""

from typing import Any

from browsing import PASSWORD, Site, drag, link
from playwright.sync_api import expect
from sqlmodel import select

from workflow_core.store.models import Annotation


def drawn(site: Site) -> list[dict[str, Any]]:
    with site.stage.session() as session:
        found = session.exec(select(Annotation).where(Annotation.deleted_at == None).order_by(Annotation.id))  # noqa: E711
        return [{"label": one.label, "tool": one.tool, "geometry": one.geometry} for one in found]


def test_an_item_is_drawn_flagged_fixed_and_approved(site: Site) -> None:
    ann = site.window()
    ann.goto("/work")
    expect(ann).to_have_url(f"{site.url}/sign-in?to=/work")
    ann.goto(link(site.stage, "ann"))
    ann.get_by_label("New password").fill(PASSWORD)
    ann.get_by_role("button", name="Sign in").click()
    ann.get_by_role("button", name="Start").click()
    ann.get_by_role("button", name="box", exact=True).click()
    ann.get_by_role("button", name="car", exact=True).click()
    drag(ann, (100, 80), (220, 160))
    expect(ann.get_by_role("img", name="car box")).to_have_attribute("data-annotation", "new-1")
    expect(ann.locator("#kept")).to_have_text("Saved")
    first = ann.url
    ann.reload()
    ann.get_by_role("img", name="car box").wait_for()
    ann.get_by_role("button", name="Complete").click()
    ann.wait_for_url(lambda url: "/studio/" in url and url != first)
    [box] = drawn(site)
    assert (box["label"], box["tool"]) == ("car", "box")
    assert {key: round(value) for key, value in box["geometry"].items()} == {
        "x": 100,
        "y": 80,
        "width": 120,
        "height": 80,
    }

    site.stage.advance_all()
    quinn = site.signed_in("quinn")
    quinn.get_by_role("button", name="Start").click()
    quinn.get_by_role("img", name="car box").click()
    quinn.get_by_label("Note").fill("cut the shadow off")
    quinn.get_by_role("button", name="Flag").click()
    expect(quinn.locator("#issues")).to_contain_text("to be fixed")

    ann.goto("/work")
    top = ann.get_by_role("listitem").first
    expect(top).to_contain_text("Not tight")
    expect(top).to_contain_text("cut the shadow off")
    top.get_by_role("link", name="Fix").click()
    expect(ann.locator("#issues")).to_contain_text("cut the shadow off")
    drag(ann, (160, 120), (170, 125))
    ann.get_by_role("button", name="Complete").click()
    expect(ann.get_by_role("status")).to_contain_text("is open")
    expect(ann.get_by_role("img", name="car box")).to_be_focused()  # what it stands against is shown
    ann.get_by_role("button", name="Fixed").click()
    expect(ann.locator("#status")).to_be_empty()  # it was about what is fixed by now
    site.complaints.clear()  # the browser tells of what was refused
    ann.get_by_role("button", name="Complete").click()
    ann.wait_for_url(lambda url: url != first)
    assert round(drawn(site)[0]["geometry"]["x"]) == 110

    quinn.goto("/work")
    quinn.get_by_role("button", name="Start").click()
    expect(quinn.locator("#issues")).to_contain_text("fixed, to be looked at")
    quinn.get_by_role("button", name="Approve").click()
    quinn.wait_for_url("**/work")
    site.stage.advance_all()
    assert site.stage.exits() == {"00.jpg": "approved", "01.jpg": None}
