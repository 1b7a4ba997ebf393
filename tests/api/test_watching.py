"""What is asked by whoever watches an installation."""

from datetime import timedelta

from fastapi.testclient import TestClient
from stage import Stage

from workflow_core import __version__
from workflow_core.services.running import leases


def test_it_says_that_it_is_alive_and_which_version_it_is(client: TestClient) -> None:
    assert client.get("/health").json() == {"alive": True}
    assert client.get("/version").json() == {"version": __version__}


def test_it_is_ready_while_somebody_moves_items(client: TestClient, stage: Stage) -> None:
    refused = client.get("/ready")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "nobody moves items" in refused.json()["detail"]
    leases.hold(stage.engine, leases.MOVER, holder="me", ttl=timedelta(seconds=60))
    assert client.get("/ready").json() == {"alive": True}


def test_another_name_than_its_own_is_not_answered(client: TestClient) -> None:
    for name in ("localhost", "127.0.0.1:8484"):
        assert client.get("/health", headers={"Host": name}).status_code == 200
    for name in ("annoflow.example.org", "127.0.0.1.example.org", ""):
        assert client.get("/health", headers={"Host": name}).status_code == 400
