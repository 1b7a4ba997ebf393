"""Real pages in a real browser: a site over a stage, with pictures, and people who are signed in."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server

import pytest
import uvicorn
from browsing import Site
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine
from stage import Stage

from workflow_core import server
from workflow_core.services.exchange import ingestion
from workflow_core.settings import Settings

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
"""
WIDTH, HEIGHT = 640, 480


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("the pages are tested in Chromium, and there is none: `apt-get install chromium`", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def pictures() -> int:
    """How many pictures there are."""
    return 2


@pytest.fixture
def stage(sqlite_engine: Engine, tmp_path: Path, pictures: int) -> Stage:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(pictures):
        Image.effect_noise((WIDTH, HEIGHT), 40 + number).convert("RGB").save(photos / f"{number}.jpg")
    stage = Stage(sqlite_engine, now=datetime.now(UTC))
    stage.deploy(PIPELINE.replace("PHOTOS", str(photos)))
    ingestion.ingest(stage.session_of, pipeline="p", project="default", clock=lambda: stage.now)
    return stage


@pytest.fixture
def site(stage: Stage, chromium: Browser, sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with closing(create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        app = server.make(Settings(home=tmp_path, database_url=sqlite_url))
        serving = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not serving.started:
            time.sleep(0.01)
        site = Site(stage, f"http://127.0.0.1:{port}", chromium)
        yield site
        for context in site.contexts:
            context.close()
        serving.should_exit = True
        thread.join(10)
    assert site.complaints == []
