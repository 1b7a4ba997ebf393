"""What a server is loaded with is made before somebody asks for it, and is not looked through for garbage."""

import gc
import shutil
import sys
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, routing
from fastapi.testclient import TestClient

from workflow_core import server
from workflow_core.up import lifeline


def test_a_server_is_warm_before_it_serves(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    make = routing.get_dependant

    def run(app: FastAPI, **_: object) -> None:
        assert not any(each is app for each in gc.get_objects()), "it is looked through"
        assert "/api/task-items/{task_item_id}" in made
        made.clear()
        with TestClient(app, "http://127.0.0.1") as client:
            client.get("/nowhere")
        assert not made

    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'annoflow.db')}")
    monkeypatch.setenv("ANNOFLOW_HOME", str(tmp_path))
    monkeypatch.setattr(routing, "get_dependant", lambda **given: made.append(given["path"]) or make(**given))
    monkeypatch.setattr(sys, "argv", ["server", "127.0.0.1", "0"])
    monkeypatch.setattr(lifeline, "follow", lambda: None)
    monkeypatch.setattr(uvicorn, "run", run)
    try:
        server.main()
    finally:
        gc.unfreeze()
        gc.freeze()
