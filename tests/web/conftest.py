"""Real pages in a real browser: a site over a stage, with pictures, and people who are signed in."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browsers import chromium_here
from browsing import Site, serving
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from running import PATIENCE
from served import BEGAN, application, photos
from serving import Server
from sqlalchemy import Engine
from stage import Stage

from workflow_core import server
from workflow_core.services.accounts import passwords
from workflow_core.services.exchange import ingestion
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for

__all__ = ["photos"]

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
KEPT_OFF = "AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades LensOverlay MediaRouter \
HttpsFirstBalancedModeAutoEnable PaintHolding ThirdPartyStoragePartitioning AvoidCorsURLLoaderRestartOnRedirect \
OptimizationHints NetworkTimeServiceQuerying AimEnabled PreconnectToSearch"
"""What Playwright switches off; a list of ours replaces its own."""
UNSEEN = "WebUIOmniboxPopup WebUIOmniboxAimPopup WebUIOmniboxFullPopup"
"""Pages of the browser's own, one process each, that every window loads for what is typed as an address."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",  # without a graphics card, one played by the processor paints what nobody sees
    "--renderer-process-limit=1",  # no process is started in store for each page
    f"--disable-features={','.join(f'{KEPT_OFF} {UNSEEN}'.split())}",
]


@pytest.fixture(scope="package")  # while it is open, nothing else may run a loop of events in this process
def chromium() -> Iterator[Browser]:
    found = chromium_here()
    if found is None:
        why = "the pages are tested in Chromium, and there is none: `apt-get install chromium-headless-shell`"
        pytest.fail(why, pytrace=False) if "CI" in os.environ else pytest.skip(why)
    expect.set_options(timeout=PATIENCE * 1_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS, timeout=PATIENCE * 1_000)
        yield browser
        browser.close()


@pytest.fixture(scope="package", autouse=True)
def passwords_are_cheap() -> Iterator[None]:
    """Somebody signs in in almost every test here, and that takes the processor 30 ms by intent."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHash([Argon2Hasher(memory_cost=8, time_cost=1, parallelism=1)])
        patch.setattr(passwords, "_ARGON2", cheap)
        yield


def stage_at(folder: Path, template: Path, pictures: int) -> tuple[Stage, str]:
    """Make a stage in a folder, with pictures that have entered; returns its database, too."""
    photos = folder / "photos"
    photos.mkdir()
    url = f"sqlite:///{shutil.copy(template, folder / 'annoflow.db')}"
    return stage_on(engine_for(url), photos, pictures), url


def stage_on(engine: Engine, photos: Path, pictures: int) -> Stage:
    """Make a stage in a new database, with pictures that have entered."""
    for number in range(pictures):
        Image.new("RGB", (WIDTH, HEIGHT), (90, 110, 6 * number)).save(photos / f"{number:02}.jpg")
    stage = Stage(engine, now=BEGAN)
    stage.deploy(PIPELINE.replace("PHOTOS", str(photos)))
    stage.now = datetime.now(UTC)
    ingestion.ingest(stage.session_of, pipeline="p", project="default", clock=lambda: stage.now)
    return stage


@contextmanager
def served(folder: Path, template: Path, pictures: int, chromium: Browser) -> Iterator[Site]:
    """Serve a stage until the end."""
    stage, database = stage_at(folder, template, pictures)
    site = Site(stage, "", chromium, folder / "photos")
    with serving(site, application(Settings(home=folder, database_url=database))):
        yield site
    stage.engine.dispose()


@pytest.fixture
def stage(sqlite_engine: Engine, photos: Path) -> Stage:
    """A stage with one picture, for pages without a browser."""
    return stage_on(sqlite_engine, photos, 1)


def over(stage: Stage, home: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """Return an application over a stage, on its engine, which has compiled most statements before."""
    monkeypatch.setattr(server, "engine_for", lambda *_, **__: stage.engine.execution_options())
    return application(Settings(home=home, database_url=str(stage.engine.url)))


@pytest.fixture
def client(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The pages without a browser, for one that says where it comes from."""
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    app = over(stage, tmp_path, monkeypatch)
    with TestClient(app, "http://127.0.0.1", headers=headers, follow_redirects=False) as client:
        yield client


@pytest.fixture
def site(
    chromium: Browser, sqlite_engine: Engine, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """A site with two pictures."""
    stage = stage_on(sqlite_engine, photos, 2)
    site = Site(stage, "", chromium, photos)
    with serving(site, over(stage, tmp_path, monkeypatch)):
        yield site


@pytest.fixture(scope="module")
def many(chromium: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site for all tests of a module, with a picture for each."""
    with served(tmp_path_factory.mktemp("many"), sqlite_template, 24, chromium) as site:
        yield site


@pytest.fixture(scope="module")
def killable(
    chromium: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Server]]:
    """A site in a process of its own, with seven pictures."""
    folder = tmp_path_factory.mktemp("killable")
    stage, database = stage_at(folder, sqlite_template, 7)
    with Server(database, folder) as server:
        site = Site(stage, server.url, chromium, folder / "photos")
        yield site, server
        for context in site.contexts:
            context.close()
    stage.engine.dispose()
