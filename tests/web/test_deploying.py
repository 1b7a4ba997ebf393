"""A pipeline that is written in a browser: what is wrong is told as it is typed, and a plan comes before the deploy."""

import re

from accessibility import in_both_themes
from browsing import Site
from playwright.sync_api import expect


def test_a_file_is_told_of_as_it_is_typed_planned_and_deployed(site: Site) -> None:
    site.stage.add_member("olga", role="owner")
    olga = site.signed_in("olga", "/pipelines")
    file = olga.get_by_role("textbox").first
    text = file.input_value()
    line = text.splitlines().index("    on: {completed: qa}")
    file.fill(text.replace("on: {completed: qa}", "on: {completed: qaa}"))
    found = olga.get_by_role("link", name=re.compile(rf".yaml:{line + 1}:"))
    expect(found).to_be_visible()
    numbered = olga.locator(".lines").filter(has=file).locator("li")
    expect(numbered.nth(line)).to_have_class("found")
    expect(olga.locator(".lines li.found")).to_have_count(1)
    found.click()
    selected = file.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)")
    assert selected == "    on: {completed: qaa}"
    assert in_both_themes(olga) == []
    text = re.sub("source: .*\n", "", text)  # which names a folder of the machine
    file.fill(text.replace("assignees: [ann@example.org]", "assignees: [ann@example.org, bo@example.org]"))
    expect(olga.get_by_text("Nothing is wrong with it")).to_be_visible()
    expect(olga.locator(".lines li.found")).to_have_count(0)
    olga.get_by_role("button", name="Plan").click()
    expect(olga.get_by_text("bo@example.org would join")).to_be_visible()
    olga.get_by_role("button", name="Deploy p").click()
    olga.get_by_role("link", name="What changed in deploy 2").click()
    expect(olga.locator(".diff .more")).to_have_text(["+    assignees: [ann@example.org, bo@example.org]"])
    assert in_both_themes(olga) == []


def test_the_graph_follows_and_a_task_leads_to_its_items(site: Site) -> None:
    mia = site.signed_in("mia", "/pipelines")
    cars = mia.get_by_role("link", name="cars: 2 items")
    expect(cars).to_be_visible()
    site.stage.do("ann", "cars", "completed")
    mia.get_by_role("link", name="cars: 1 item · 1/h").click()
    expect(mia.get_by_role("link", name="01.jpg")).to_be_visible()
    expect(mia.get_by_role("link", name="00.jpg")).to_have_count(0)
    site.stage.advance_all()
    site.stage.flag("quinn", "qa", "cars", "00.jpg")
    mia.goto("/pipelines")
    expect(mia.get_by_text("1 issue", exact=True)).to_be_visible()


def test_a_first_pipeline_is_written_for_whoever_begins(site: Site) -> None:
    site.stage.add_member("olga", role="owner")
    olga = site.signed_in("olga", "/pipelines?new=solo")
    expect(olga.get_by_label("pipeline.yaml")).to_have_value(re.compile("assignees: .olga@example.org"))
    olga.get_by_role("button", name="Plan").click()
    olga.get_by_role("button", name="Deploy first").click()
    expect(olga.get_by_role("link", name=re.compile("^label"))).to_be_visible()
