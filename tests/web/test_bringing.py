"""Pictures, annotations and acts for many items, in a real browser: each says what comes of it."""

import json
import shutil
from hashlib import md5
from pathlib import Path

from accessibility import in_both_themes
from browsing import Site
from PIL import Image
from playwright.sync_api import Page, expect

from workflow_core.web.rendering.assets import address


def drop(page: Page, *paths: Path) -> None:
    """Drop files and folders onto a page, as from the desktop."""
    session = page.context.new_cdp_session(page)
    given = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for what in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": what, "x": 700, "y": 600, "data": given})


def pictures(folder: Path) -> Path:
    """Make a folder with two pictures, one of them in a folder below, and a file that is none."""
    (folder / "night" / "deep #1").mkdir(parents=True)
    Image.new("RGB", (64, 48), "navy").save(folder / "night" / "a.png")
    Image.new("RGB", (64, 48), "teal").save(folder / "night" / "deep #1" / "b.png")
    (folder / "night" / "notes.txt").write_text("<b>no picture</b>")
    return folder / "night"


def test_pictures_are_dropped_go_on_where_they_stopped_and_are_acted_on_together(site: Site, tmp_path: Path) -> None:
    site.stage.add_member("olga", role="owner")
    olga = site.signed_in("olga", "/items")
    told = olga.locator("#upload [role=status]")
    drop(olga, night := pictures(tmp_path / "given"))
    expect(told).to_have_text("2 of 3 uploaded · 1 not taken")
    expect(olga.get_by_role("list", name="Not taken")).to_contain_text("night/notes.txt: 'notes.txt' is no picture")
    expect(olga.get_by_role("link", name="b.png")).to_be_visible()
    assert in_both_themes(olga) == []

    olga.reload()
    shutil.copy(night / "a.png", night / "c.png")
    Image.new("RGB", (64, 48), "red").save(night / "a.png")
    drop(olga, night)
    expect(told).to_have_text("1 of 4 uploaded · 1 there already · 1 not taken")
    olga.get_by_role("button", name="Replace 1 that are there").click()
    expect(told).to_have_text("2 of 4 uploaded · 1 there already · 1 not taken")
    with olga.expect_file_chooser() as chooser:
        olga.get_by_role("button", name="Upload pictures…").click()
    chooser.value.set_files(night / "c.png")
    expect(olga.get_by_role("link", name="c.png")).to_have_count(2)

    olga.get_by_role("link", name="deep #1").click()
    expect(olga.get_by_role("link", name=".png")).to_have_count(1)
    olga.get_by_role("link", name="night").click()
    olga.get_by_text("With all that are found").click()
    olga.get_by_role("button", name="Archive…").click()
    archive = olga.get_by_role("button", name="Archive 3 items")
    expect(archive).to_be_visible()
    assert in_both_themes(olga) == []
    archive.click()
    expect(olga.get_by_text("Nothing here")).to_be_visible()
    olga.get_by_role("link", name="Show all").click()
    olga.get_by_label("Choose 00.jpg").check()
    olga.get_by_text("With all that are found").click()
    olga.get_by_label("Rank").fill("5")
    olga.get_by_role("button", name="Rank…").click()
    olga.get_by_role("button", name="Rank 1 item").click()
    expect(olga.get_by_role("button", name="Rank 1 item")).to_have_count(0)
    with site.stage.session() as session:
        assert [site.stage.task_item(session, "cars", name).rank for name in ("00.jpg", "01.jpg")] == [5, 0]
    site.complaints.clear()  # the browser says that the server did not take what is no picture


def test_annotations_come_in_by_a_file_and_are_seen_on_the_thumbnails(site: Site, tmp_path: Path) -> None:
    site.stage.add_member("olga", role="owner")
    olga = site.signed_in("olga", "/items")
    box = {"label": "car", "tool": "box", "geometry": {"x": 5, "y": 5, "width": 50, "height": 40}}
    (tmp_path / "boxes.jsonl").write_text(json.dumps({"item": "/00.jpg", "origin": "model", **box}))
    olga.get_by_text("Import annotations").click()
    olga.get_by_label("File").set_input_files(tmp_path / "boxes.jsonl")
    olga.get_by_label("Format").select_option("jsonl")
    olga.get_by_label("Made by the model").fill("finder")
    olga.get_by_role("button", name="Import").click()
    expect(olga.get_by_text("1 annotation came in")).to_be_visible()
    olga.goto("/items?label=car")
    expect(olga.locator(".thumbnail path[d='M5 5h50v40h-50z']")).to_have_count(2)
    assert in_both_themes(olga) == []


def test_the_browser_knows_files_by_the_sum_that_the_server_knows_them_by(site: Site) -> None:
    page = site.window()
    page.goto("/sign-in")
    lengths = [0, 1, 55, 56, 63, 64, 119, 120, 1000]
    summed = f"""async (lengths) => {{
        const {{ md5 }} = await import("{address("md5.js")}")
        return lengths.map((long) => md5(Uint8Array.from({{ length: long }}, (_, at) => at)))
    }}"""
    assert page.evaluate(summed, lengths) == [
        md5(bytes(at % 256 for at in range(long))).hexdigest() for long in lengths
    ]
