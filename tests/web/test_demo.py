"""`annoflow up --demo` in a browser: whoever looks on is one of three people, the others are simulated."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from browsing import Site, drag, serving
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect
from running import wait_until
from stage import Stage

from workflow_core import server
from workflow_core.demo import playground
from workflow_core.errors import InvalidInput
from workflow_core.services.running import moves
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for, session_scope


@pytest.fixture
def demo(chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(playground, "COUNT", 6)
    settings = playground.within(tmp_path, Settings())
    site = Site(cast(Stage, None), "", chromium, tmp_path)
    app = server.make(settings, personas=playground.PERSONAS)
    with playground.played(settings.database(), tmp_path, lease=15), serving(site, app):
        yield site


def test_a_poor_box_comes_back_and_is_approved_once_it_is_tight(demo: Site) -> None:
    page = demo.window()
    page.goto("/")
    expect(page.get_by_role("link", name="Be somebody else")).to_have_count(0)
    page.get_by_role("button", name="Be Noa").click()
    expect(page.get_by_role("link", name="Be somebody else")).to_be_visible()
    expect(page.get_by_label("Demo")).to_contain_text("nothing is kept")
    page.get_by_role("button", name="Start").first.click()
    expect(page.locator("#instructions")).to_contain_text("poor box")
    expect(page.get_by_role("link", name="nothing is kept")).to_be_visible()
    page.get_by_role("button", name="box", exact=True).click()
    drag(page, (200, 150), (400, 220))  # the car is from 253, 156 to 324, 215
    page.get_by_role("button", name="Complete").click()
    expect(page.locator("#name")).to_have_text("46.jpg")
    assert playground.BRISK + 2 * playground.IDLE < 10  # seconds that Rae takes, about
    page.goto("/work")
    expect(page.get_by_role("listitem").first).to_contain_text("04.jpg")
    page.get_by_role("link", name="Fix").click()
    page.get_by_role("img", name="car box").click()
    drag(page, (200, 150), (253, 156))
    drag(page, (400, 220), (324, 215))
    fixed = page.get_by_role("button", name="Fixed")
    for left in reversed(range(fixed.count())):
        fixed.first.click()
        expect(fixed).to_have_count(left)
    page.get_by_role("button", name="Complete").click()
    expect(page.locator("#name")).not_to_have_text("04.jpg")
    wait_until(lambda: approved(demo))


def approved(demo: Site) -> int:
    with session_scope(engine_for(f"sqlite:///{demo.photos / 'annoflow.db'}"), read_only=True) as session:
        return moves.where(session, pipeline_id=2).counts.get("approved", 0)


def test_a_server_that_others_reach_has_no_personas(tmp_path: Path) -> None:
    for reached in ({"host": "0.0.0.0"}, {"public_url": "https://label.example.org"}):
        with pytest.raises(InvalidInput, match="for this machine alone"):
            server.make(Settings(home=tmp_path, **reached), personas=["noa@example.org"])


def test_without_a_demo_nobody_comes_in_without_a_password(client: TestClient) -> None:
    assert client.get("/demo").status_code == 404
    assert client.post("/demo", data={"email": "ann@example.org"}).status_code == 404
    assert client.get("/sign-in").status_code == 200
