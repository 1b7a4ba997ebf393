"""The whole way of a pipeline with no mouse at hand: Tab, Enter, arrows, and the keys that pages show."""

import json
import zipfile
from pathlib import Path
from typing import Any

from browsing import PASSWORD, Site, link
from pens import Keys
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from walking import enter, reach, write

from workflow_core.services.exchange import ingestion

from .conftest import served

PIPELINE = """
pipeline: p
dataset: d
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe:
      labels:
        - name: car
          tools: [box]
          attributes: {kind: {type: choice, values: [sedan, van], required: true}}
        - {name: sign, tools: [polygon, polyline, point]}
    assignees: [ann@example.org, bo@example.org]
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
    extra_statuses: [{name: for-expert-review, action: Ask the expert, key: e}]
    on: {for-expert-review: expert}
  expert:
    type: qa
    assignees: [eve@example.org]
"""
SHAPES: list[dict[str, Any]] = [
    {"label": "car", "tool": "box", "geometry": {"x": 300, "y": 200, "width": 60, "height": 40}},
    {"label": "sign", "tool": "polygon", "geometry": {"outlines": [[[330, 250], [370, 250], [370, 290]]]}},
    {"label": "sign", "tool": "polyline", "geometry": {"points": [[340, 260], [350, 230], [390, 240]]}},
    {"label": "sign", "tool": "point", "geometry": {"x": 320, "y": 240}},
]


def signed_in(site: Site, who: str) -> Page:
    page = site.window()
    page.goto(link(site.stage, who))
    expect(page.get_by_label("New password")).to_be_focused()  # which comes with what is seen first, after the page
    page.keyboard.insert_text(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/work")
    return page


def begun(page: Page) -> str:
    """Begin from My work, by the key that it shows; returns what the item is called."""
    page.goto("/work")
    page.keyboard.press("s")
    page.locator("[data-ready]").wait_for()
    return page.locator("#name").inner_text()


def brought_in(site: Site, owner: Page, *files: Path) -> None:
    """Write a pipeline, deploy it, and upload pictures."""
    enter(owner, "link", "Pipelines")
    write(owner, "p.yaml", PIPELINE)
    enter(owner, "button", "Plan")
    enter(owner, "button", "Deploy p")
    enter(owner, "link", "Items")
    with owner.expect_file_chooser() as chooser:
        enter(owner, "button", "Upload pictures…")
    chooser.value.set_files(files)
    expect(owner.get_by_role("link", name=files[-1].name)).to_be_visible()
    # What `annoflow up` does by itself.
    ingestion.ingest(site.stage.session_of, pipeline="p", project="default", clock=lambda: site.stage.now)


def dealt_to_ann(owner: Page) -> None:
    """Give everything to ann, and nothing to bo."""
    enter(owner, "link", "Board")
    enter(owner, "link", "Redistribute…")
    write(owner, "Share of bo@example.org", "0")
    enter(owner, "button", "Preview")
    enter(owner, "button", "Redistribute 2 items")


def drawn_and_completed(ann: Page) -> str:
    """Draw on an item, whose attribute is asked for where it lacks, and complete a second one without anything."""
    name = begun(ann)
    keys = Keys(ann, (320, 240))
    for shape in SHAPES:
        keys.draw(shape)
    ann.keyboard.press("c")
    expect(ann.get_by_role("status")).to_have_text("car box: kind is required")
    expect(ann.get_by_label("kind (required)")).to_be_focused()
    for key in ("v", "Escape", "c"):
        ann.keyboard.press(key)
    expect(ann.locator("#name")).not_to_have_text(name)
    ann.keyboard.press("c")
    ann.wait_for_url("**/work")
    return name


def flagged(quinn: Page, name: str) -> None:
    assert begun(quinn) == name
    quinn.keyboard.press("n")
    quinn.keyboard.press("1")
    expect(quinn.locator("#issues")).to_contain_text("to be fixed")


def fixed(ann: Page, name: str) -> None:
    """Take what came back from the top of My work, move what was flagged, and complete it again."""
    top = ann.get_by_role("listitem").first
    expect(top).to_contain_text(name)
    reach(ann, top.get_by_role("link", name="Fix"))
    ann.keyboard.press("Enter")
    expect(ann.locator(".shapes .selected")).to_have_count(1)
    ann.keyboard.press("Shift+ArrowRight")
    enter(ann, "button", "Fixed")
    expect(ann.locator("#issues")).to_contain_text("fixed, to be looked at")
    ann.keyboard.press("c")
    ann.wait_for_url("**/work")


def approved(site: Site, quinn: Page, name: str) -> None:
    """Approve what was fixed, and let the expert decide on the other one."""
    assert begun(quinn) == name
    quinn.keyboard.press("a")
    expect(quinn.locator("#name")).not_to_have_text(name)
    quinn.keyboard.press("e")
    quinn.wait_for_url("**/work")
    site.stage.advance_all()
    eve = signed_in(site, "eve")
    assert begun(eve) != name
    eve.keyboard.press("a")
    eve.wait_for_url("**/work")


def downloaded(owner: Page, name: str) -> list[dict[str, Any]]:
    """Export, and return what the file has of an item."""
    enter(owner, "link", "Exports")
    reach(owner, owner.get_by_label("jsonl"))
    owner.keyboard.press("Space")
    enter(owner, "button", "Export")
    with owner.expect_download() as file:
        enter(owner, "link", "Download")
    with zipfile.ZipFile(file.value.path()) as files:
        items = [json.loads(line) for line in files.read("items.jsonl").splitlines()]
    [annotations] = [one["annotations"] for one in items if one["name"] == name]
    return list(annotations)


def test_from_the_deploy_to_the_download_nobody_needs_a_mouse(
    chromium: Browser, sqlite_template: Path, tmp_path: Path
) -> None:
    with served(tmp_path, sqlite_template, 0, chromium) as site:
        site.stage.add_member("olga", role="owner")
        olga = signed_in(site, "olga")
        for number in range(2):
            Image.new("RGB", (640, 480), (90, 110, number)).save(tmp_path / f"{number}.jpg")
        brought_in(site, olga, tmp_path / "0.jpg", tmp_path / "1.jpg")
        dealt_to_ann(olga)

        ann = signed_in(site, "ann")
        name = drawn_and_completed(ann)
        site.stage.advance_all()
        quinn = signed_in(site, "quinn")
        flagged(quinn, name)
        fixed(ann, name)
        approved(site, quinn, name)
        site.stage.advance_all()
        assert set(site.stage.exits().values()) == {"approved"}

        drawn = downloaded(olga, name)
        moved = {**SHAPES[0], "geometry": {**SHAPES[0]["geometry"], "x": 310}}
        assert [{name: one[name] for name in moved} for one in drawn] == [moved, *SHAPES[1:]]
        assert drawn[0]["attributes"] == {"kind": "van"}
