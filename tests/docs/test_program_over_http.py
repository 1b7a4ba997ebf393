"""The program of the README that works over HTTP does what it says, against a real server."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from serving import Server
from sqlmodel import col, select
from stage import Stage

from workflow_core.services.accounts import tokens
from workflow_core.services.exchange import ingestion
from workflow_core.store.database.engine import Engine
from workflow_core.store.models import Annotation, TaskItem

README = Path(__file__).parents[2] / "README.md"
PIPELINE = """
pipeline: p
dataset: d
source: {uri: PHOTOS}
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}}
exits: {done: {}}
"""


def test_the_program_finishes_all_items(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program,) = re.findall(r"^```python http\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("a", "b"):
        Image.new("RGB", (64, 48), "navy").save(photos / f"{name}.jpg")
    stage = Stage(sqlite_engine, now=datetime.now(UTC))
    stage.deploy(PIPELINE.replace("PHOTOS", str(photos)))
    ingestion.ingest(stage.session_of, pipeline="p", project="default", clock=lambda: stage.now)
    with stage.session() as session:
        made = tokens.make(session, actor=stage.person(session, "ann"), name="model", now=stage.now)
    with Server(sqlite_url, tmp_path) as server:
        monkeypatch.setenv("ANNOFLOW_URL", server.url)
        monkeypatch.setenv("ANNOFLOW_TOKEN", made.secret)
        exec(program, {})
    with stage.session() as session:
        drawn = select(TaskItem.status, Annotation.label).join(
            Annotation, col(Annotation.item_id) == col(TaskItem.item_id)
        )
        assert session.exec(drawn).all() == [("completed", "car")] * 2
