"""Real pages in a real browser: a site over a stage, with pictures, and people who are signed in."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server

import pytest
import uvicorn
from browsing import Site
from fastapi.testclient import TestClient
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from stage import Stage

from workflow_core import server
from workflow_core.services.exchange import ingestion
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for

PIPELINE = """
pipeline: p
dataset: d
source: {uri: PHOTOS}
tasks:
  cars:
    type: annotation
    recipe:
      labels:
        - {name: car, tools: [box, polygon, polyline, point]}
        - {name: sign, tools: [box, point]}
    assignees: [ann@example.org]
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
manager: mia@example.org
"""
WIDTH, HEIGHT = 640, 480


@pytest.fixture(scope="module")  # while it is open, nothing else may run a loop of events in this process
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        why = "the pages are tested in Chromium, and there is none: `apt-get install chromium`"
        pytest.fail(why, pytrace=False) if "CI" in os.environ else pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def stage_at(folder: Path, template: Path, pictures: int) -> tuple[Stage, str]:
    """Make a stage in a folder, with pictures that have entered; returns its database, too."""
    photos = folder / "photos"
    photos.mkdir()
    for number in range(pictures):
        Image.new("RGB", (WIDTH, HEIGHT), (90, 110, 6 * number)).save(photos / f"{number:02}.jpg")
    url = f"sqlite:///{shutil.copy(template, folder / 'annoflow.db')}"
    stage = Stage(engine_for(url), now=datetime.now(UTC))
    stage.deploy(PIPELINE.replace("PHOTOS", str(photos)))
    ingestion.ingest(stage.session_of, pipeline="p", project="default", clock=lambda: stage.now)
    return stage, url


@contextmanager
def served(folder: Path, template: Path, pictures: int, chromium: Browser) -> Iterator[Site]:
    """Serve a stage until the end, when no browser may have complained."""
    stage, database = stage_at(folder, template, pictures)
    with closing(create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        app = server.make(Settings(home=folder, database_url=database))
        serving = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not serving.started:
            time.sleep(0.01)
        site = Site(stage, f"http://127.0.0.1:{port}", chromium, folder / "photos")
        yield site
        for context in site.contexts:
            context.close()
        serving.should_exit = True
        thread.join(10)
    stage.engine.dispose()
    assert site.complaints == []


@pytest.fixture
def stage(sqlite_template: Path, tmp_path: Path) -> Iterator[Stage]:
    """A stage with one picture, for pages without a browser."""
    stage, _ = stage_at(tmp_path, sqlite_template, 1)
    yield stage
    stage.engine.dispose()


@pytest.fixture
def client(stage: Stage, tmp_path: Path) -> Iterator[TestClient]:
    """The pages without a browser, for one that says where it comes from."""
    app = server.make(Settings(home=tmp_path, database_url=str(stage.engine.url)))
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    with TestClient(app, "http://127.0.0.1", headers=headers, follow_redirects=False) as client:
        yield client


@pytest.fixture
def site(chromium: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    """A site with two pictures."""
    with served(tmp_path, sqlite_template, 2, chromium) as site:
        yield site


@pytest.fixture(scope="module")
def many(chromium: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site for all tests of a module, with a picture for each."""
    with served(tmp_path_factory.mktemp("many"), sqlite_template, 24, chromium) as site:
        yield site
