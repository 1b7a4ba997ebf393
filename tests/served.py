"""A stage with a server over it: people and their tokens."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from stage import Stage
from starlette.routing import BaseRoute

from workflow_core import server
from workflow_core.services.accounts import tokens
from workflow_core.settings import Settings

ADDRESS = "http://127.0.0.1"
PIPELINE = """
pipeline: p
dataset: d
source: {uri: PHOTOS}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car, {name: sign, tools: [box, point]}]}
    assignees: [ann@example.org, bo@example.org]
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
"""


BEGAN = datetime.now(UTC)
"""When a stage is deployed, with photos at one place, in all tests of a worker: so it need be done once, and is written
again in the others."""


@pytest.fixture
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is empty."""
    folder = tmp_path_factory.getbasetemp() / "photos"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@pytest.fixture
def stage(engine: Engine, photos: Path) -> Stage:
    """Two who annotate, one who reviews, and no items yet."""
    stage = Stage(engine, now=BEGAN)
    stage.deploy(PIPELINE.replace("PHOTOS", str(photos)))
    stage.now = datetime.now(UTC)
    return stage


@pytest.fixture
def token(stage: Stage) -> Callable[..., str]:
    def make(who: str, *, writes: bool = True) -> str:
        with stage.session() as session:
            actor = stage.person(session, who)
            return tokens.make(session, actor=actor, name="test", now=stage.now, writes=writes).secret

    return make


_routes: list[BaseRoute] = []


def with_first_routes(app: FastAPI) -> FastAPI:
    """Give an application the routes of the first one in this process.

    FastAPI makes of them what it needs when the first request comes: half a second for each application.
    """
    _routes.extend(app.router.routes[len(_routes) :])
    app.router.routes[:] = _routes
    return app


def application(settings: Settings) -> FastAPI:
    """Make an application."""
    return with_first_routes(server.make(settings))


@pytest.fixture
def client(stage: Stage, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The application without a socket, signed in as nobody; on the engine of the stage, warm already."""
    monkeypatch.setattr(server, "engine_for", lambda *_, **__: stage.engine.execution_options())
    app = application(Settings(home=tmp_path, database_url=database_url))
    with TestClient(app, ADDRESS, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def as_(client: TestClient, token: Callable[..., str]) -> Callable[..., TestClient]:
    def sign_in(who: str, *, writes: bool = True) -> TestClient:
        signed = TestClient(client.app, ADDRESS, raise_server_exceptions=False)
        signed.portal = client.portal  # one loop of events for all, and not one for each request
        signed.headers["Authorization"] = f"Bearer {token(who, writes=writes)}"
        return signed

    return sign_in
