"""The programs of the README that work over HTTP do what they say, against a server."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pictures import picture
from running import wait_until
from serving import Server
from sqlalchemy import Engine
from sqlmodel import select
from stage import Stage, email

from workflow_core.client import Annoflow
from workflow_core.services.accounts import operators, tokens
from workflow_core.store.models import Person

README = (Path(__file__).parents[2] / "README.md").read_text()
PIPELINE = """
project: road
pipeline: night
dataset: night
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [detector@example.org], on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org]}
exits: {approved: {export: {format: [coco], to: night}}}
"""


def block(kind: str) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture
def stage(sqlite_engine: Engine, tmp_path: Path) -> Stage:
    """Pictures, and a file for a pipeline."""
    (tmp_path / "frames").mkdir()
    for name in ("frame-0042", "frame-0043"):
        (tmp_path / f"frames/{name}.jpg").write_bytes(picture())
    (tmp_path / "night.yaml").write_text(PIPELINE)
    return Stage(sqlite_engine, now=datetime.now(UTC))


def token(stage: Stage, who: str) -> str:
    with stage.session() as session:
        return tokens.make(session, actor=stage.person(session, who), name="test", now=stage.now).secret


def test_pictures_become_approved_annotations_by_a_script_a_model_and_a_reviewer(
    stage: Stage, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script, model = block("python script"), block("python model")
    assert max(script.count("\n"), model.count("\n")) <= 30
    with stage.session() as session:
        operators.appoint(session, actor=None, email=email("olga"), now=stage.now)
    with Server(sqlite_url, tmp_path) as server, Annoflow(server.url, token(stage, "olga")) as olga:
        road = olga.make_project("road")
        made = olga.request("POST", f"/api/projects/{road.id}/service-accounts", json={"email": email("detector")})
        told = {**os.environ, "ANNOFLOW_URL": server.url, "ANNOFLOW_TOKEN": token(stage, "olga")}
        running = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, env=told, stdout=subprocess.PIPE)
        monkeypatch.setenv("ANNOFLOW_URL", server.url)
        monkeypatch.setenv("ANNOFLOW_TOKEN", made["secret"])

        def has_ended() -> bool:
            exec(model, {})
            stage.advance()
            approve_what_waits(stage, server.url)
            stage.advance()
            return running.poll() is not None

        wait_until(has_ended)
        monkeypatch.setenv("ANNOFLOW_TOKEN", token(stage, "olga"))
        exec(block("python events"), {})
    assert re.search(r"frame-004[23]\.jpg: .*approved", capsys.readouterr().out)
    assert running.returncode == 0 and running.stdout is not None
    assert "approved/coco.json" in running.stdout.read().decode().split()
    coco = json.loads((tmp_path / "approved/coco.json").read_text())
    assert [one["bbox"] for one in coco["annotations"]] == [[16, 12, 32, 24]] * 2


def approve_what_waits(stage: Stage, url: str) -> None:
    with stage.session() as session:
        if session.exec(select(Person).where(Person.email == email("quinn"))).first() is None:
            return
    with Annoflow(url, token(stage, "quinn")) as quinn:
        for share in quinn.assignments():
            while claims := quinn.claim(share.task_id):
                quinn.submit(claims[0].id, "approved", token=claims[0].token)
