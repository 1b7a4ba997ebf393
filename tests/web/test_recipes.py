"""The recipe of a task on a page, with a canvas on which it is tried and nothing is kept."""

from accessibility import in_both_themes
from browsing import PASSWORD, Site, click, drag, link
from fastapi.testclient import TestClient
from pens import by_mouse
from playwright.sync_api import expect
from sqlmodel import select
from stage import BOX, Stage

from workflow_core.store.models import Draft

from .conftest import PIPELINE

POINT = {"label": "sign", "tool": "point", "geometry": {"x": 500, "y": 400}}
FRESH = """
pipeline: fresh
dataset: e
tasks:
  lanes:
    type: annotation
    recipe:
      labels:
        - {name: lane, color: "#123456", key: l, tools: [polyline], attributes: {kind: {type: text, required: true}}}
      settings: {faults: [crooked], reviewer_edits: true}
      instructions: {text: "*Follow* the paint"}
    assignees: [ann@example.org]
    on: {completed: done}
exits: {done: {}}
"""


def task(stage: Stage, name: str) -> int:
    with stage.session() as session:
        return stage.task(session, name).id


def test_a_recipe_is_tried_on_a_picture_and_nothing_is_kept(site: Site) -> None:
    mia = site.signed_in("mia", f"/board/tasks/{task(site.stage, 'cars')}")
    asked: list[str] = []
    mia.on("request", lambda request: asked.append(request.method))
    mia.get_by_role("link", name="Recipe").click()
    by_mouse(mia, BOX)
    by_mouse(mia, POINT)
    expect(mia.get_by_role("img", name="car box")).to_be_visible()
    expect(mia.get_by_role("option", name="sign")).to_be_visible()
    expect(mia.get_by_role("button", name="Later")).to_have_count(0)
    assert in_both_themes(mia) == []
    mia.get_by_role("link", name="Another picture").click()
    expect(mia.get_by_role("complementary", name="Recipe")).to_contain_text("01.jpg")
    expect(mia.get_by_role("option")).to_have_count(0)
    assert set(asked) == {"GET"}
    assert mia.evaluate("Object.keys(localStorage)") == []
    with site.stage.session() as session:
        assert session.exec(select(Draft)).all() == []


def test_a_recipe_is_shown_to_who_runs_the_task_and_to_who_works_there_with_a_picture_of_theirs(
    client: TestClient, stage: Stage
) -> None:
    stage.add_member("olga", role="owner")
    stage.add_person("cars", "bo")
    cars = task(stage, "cars")
    seen = {}
    for who in ("ann", "bo", "quinn", "olga"):
        client.post(link(stage, who), data={"password": PASSWORD})
        answer = client.get(f"/recipes/{cars}")
        seen[who] = (answer.status_code, "/api/items/1/image" in answer.text)
    assert seen == {"ann": (200, True), "bo": (200, False), "quinn": (404, False), "olga": (200, True)}


def test_all_of_a_recipe_is_said_also_where_there_is_no_picture_to_try_it_on(client: TestClient, stage: Stage) -> None:
    stage.add_member("olga", role="owner")
    stage.deploy(FRESH)
    stage.pipeline = "fresh"
    client.post(link(stage, "olga"), data={"password": PASSWORD})
    page = client.get(f"/recipes/{task(stage, 'lanes')}").text
    assert "/blank.svg" in page
    for said in ("#123456", "L</kbd>", "polyline", "kind: text, required", "crooked", "Reviewer edits", "<em>Follow"):
        assert said in page, said
    assert f'href="/recipes/{task(stage, "lanes")}"' in client.get("/pipelines?pipeline=2").text


def test_a_tool_has_a_key_also_where_labels_have_those_that_it_would_like(site: Site) -> None:
    keyed = PIPELINE.replace("name: car,", "name: car, key: o,").replace("name: sign,", "name: sign, key: t,")
    site.stage.deploy(keyed.replace("PHOTOS", str(site.photos)))
    ann = site.signed_in("ann", f"/recipes/{task(site.stage, 'cars')}")
    point = ann.get_by_role("button", name="point", exact=True)
    key = point.locator("kbd").inner_text()
    assert key not in ("O", "T")
    ann.keyboard.press(key.lower())
    expect(point).to_have_attribute("aria-pressed", "true")


def test_a_polygon_that_crosses_itself_is_refused_where_it_is_drawn_if_the_recipe_says_so(site: Site) -> None:
    refusing = PIPELINE.replace("      labels:", "      settings: {self_crossing: refuse}\n      labels:")
    site.stage.deploy(refusing.replace("PHOTOS", str(site.photos)))
    ann = site.signed_in("ann")
    ann.get_by_role("button", name="Start").click()
    ann.get_by_role("button", name="polygon", exact=True).click()
    click(ann, (100, 100), (200, 200), (200, 100), (100, 200))
    ann.keyboard.press("Enter")
    expect(ann.get_by_role("status")).to_have_text("Not yet a shape: the polygon crosses itself")
    expect(ann.locator(".shapes > *")).to_have_count(0)
    ann.keyboard.press("Backspace")
    click(ann, (150, 50))
    ann.keyboard.press("Enter")
    drawn = ann.get_by_role("img", name="car polygon")
    before = drawn.get_attribute("d")
    ann.keyboard.press("v")
    drag(ann, (100, 100), (250, 180))
    expect(ann.get_by_role("status")).to_have_text("It stays as it was: the polygon crosses itself")
    expect(drawn).to_have_attribute("d", before or "")
