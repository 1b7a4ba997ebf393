"""Whatever people write is text on every page: it does nothing, hides nothing, and pushes nothing out of its place."""

import json

import pytest
from browsing import Site
from playwright.sync_api import Page, expect
from sqlmodel import select

from workflow_core.services.exchange import ingestion
from workflow_core.store.models import Item

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TURNED = "\u202egpj.elppa\u2066"
PROSE = f"# {MARKUP}\n[here](javascript:alert(3)) ![](https://example.org/pixel.png) {TURNED} {'x' * 10_000}"
PIPELINE = f"""
pipeline: '{MARKUP}'
dataset: d
source: {{watch: true}}
tasks:
  '{MARKUP}1':
    type: annotation
    description: '{MARKUP}{"x" * 10_000}'
    recipe: {{labels: [{{name: '{MARKUP}', tools: [box]}}], instructions: {{text: {json.dumps(PROSE)}}}}}
    assignees: {{ann@example.org: 99, {"b" * 40}@annotation.example.org: 1}}
    on: {{completed: '{MARKUP}2'}}
  '{MARKUP}2':
    type: qa
    assignees: [quinn@example.org]
    extra_statuses: [{{name: '{MARKUP}', action: '{MARKUP}'}}]
    on: {{'{MARKUP}': '{MARKUP}1'}}
"""


@pytest.fixture
def hostile(site: Site) -> Site:
    """A site in which all that can be named has such a name; ann has something to fix."""
    stage = site.stage
    stage.add_member("olga", role="owner")
    stage.deploy(PIPELINE)
    stage.pipeline = MARKUP
    ingestion.ingest(stage.session_of, pipeline=MARKUP, project="default", clock=lambda: stage.now)
    box = {"label": MARKUP, "tool": "box", "geometry": {"x": 10, "y": 10, "width": 60, "height": 40}}
    for name in ("00.jpg", "01.jpg"):
        stage.submit("ann", f"{MARKUP}1", name, "completed", annotations=[box])
    stage.advance_all()
    stage.flag("quinn", f"{MARKUP}2", f"{MARKUP}1", "00.jpg", text=f"{MARKUP} {TURNED} {'word ' * 300}", kind=MARKUP)
    with stage.session() as session:
        for item in session.exec(select(Item)):
            item.name, item.folder, item.meta = f"{MARKUP}{TURNED}{item.id}.jpg", f"/{MARKUP}", {MARKUP: MARKUP}
    return site


def looked_at(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("main")).to_be_visible()
    assert_nothing_is_pushed_out(page)


def assert_nothing_is_pushed_out(page: Page) -> None:
    wide, wider = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    assert wider <= wide, page.url
    beyond = """parts => parts.filter(one => one.scrollWidth > one.clientWidth
        && getComputedStyle(one).overflowX !== "visible").map(one => one.innerText)"""
    assert page.locator("main section, main .people").evaluate_all(beyond) == [], page.url
    # What is cut off has the whole for who points at it.
    cut = "cuts => cuts.filter(one => one.scrollWidth > one.clientWidth && !one.title).map(one => one.innerText)"
    assert page.locator(".cut, .clamp").evaluate_all(cut) == [], page.url


def test_names_comments_and_prose_are_text_on_every_page(hostile: Site) -> None:
    phone = {"viewport": {"width": 390, "height": 844}}
    olga = hostile.signed_in("olga", **phone)
    with hostile.stage.session() as session:
        task = hostile.stage.task(session, f"{MARKUP}1").id
    of_task = [f"board/tasks/{task}{part}" for part in ("", "/items", "/redistribution")]
    for name in ("board", "board/issues", "pipelines", "items", "items/1", "exports", "jobs", "people", "account"):
        looked_at(olga, f"/{name}")
    for name in (*of_task, f"recipes/{task}"):
        looked_at(olga, f"/{name}")
    ann = hostile.signed_in("ann", **phone)
    looked_at(ann, "/work")
    ann.get_by_role("link", name="Fix").click()
    expect(ann.get_by_role("img", name=f"{MARKUP} box")).to_be_visible()
    expect(ann.locator("#instructions")).to_contain_text(MARKUP)
    quinn = hostile.signed_in("quinn", **phone)
    quinn.get_by_role("button", name="Start").click()
    expect(quinn.get_by_role("button", name="Approve")).to_be_visible()
    assert_nothing_is_pushed_out(quinn)
    assert hostile.complaints == []  # nothing ran, and nothing was fetched or refused
