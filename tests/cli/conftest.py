"""The command line, run in this process on an installation of the test's own."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from commands import Ran, Run, annoflow, warm
from fastapi.testclient import TestClient
from PIL import Image
from placed import PIPELINE, Place
from served import ADDRESS, client, photos, stage, token

from workflow_core.client import Annoflow

__all__ = ["annoflow", "client", "photos", "stage", "token", "warm"]


@pytest.fixture
def place(annoflow: Any, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    (tmp_path / "images").mkdir()
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (100, 80)).save(tmp_path / "images" / name)
    (tmp_path / "p.yaml").write_text(PIPELINE)
    assert annoflow("pipeline", "deploy", "p.yaml").code == 0
    assert annoflow("import", "p").code == 0
    return Place(tmp_path, annoflow, database_url)


@pytest.fixture
def over_http(annoflow: Run, client: TestClient, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as a person of the stage, who asks the server over it."""

    def run(who: str, *words: object, **more: Any) -> Ran:
        with monkeypatch.context() as patched:
            patched.setenv("ANNOFLOW_URL", ADDRESS)
            patched.setenv("ANNOFLOW_TOKEN", token(who))
            http = TestClient(client.app, ADDRESS, raise_server_exceptions=False)
            patched.setattr("workflow_core.client.Annoflow", partial(Annoflow, http=http))
            return annoflow(*words, **more)

    return run
