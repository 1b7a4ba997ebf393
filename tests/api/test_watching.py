"""What is asked by whoever watches an installation."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import anyio
import pytest
from anyio import BrokenResourceError
from fastapi.testclient import TestClient
from stage import Stage

from workflow_core import __version__
from workflow_core.http.answers.metrics import Metrics
from workflow_core.http.requests import Around
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


def told(client: TestClient) -> dict[str, float]:
    """Return what Prometheus would read, but for when each was counted first."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = (line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines if "_created" not in name}


def test_requests_are_counted_by_route_and_status(client: TestClient, as_: Callable[..., TestClient]) -> None:
    ann = as_("ann")
    for path in ("/api/me/assignments", "/api/task-items/7", "/api/task-items/8", "/nowhere/1", "/nowhere/2"):
        ann.get(path)
    client.get("/api/me/assignments")
    client.request("BREW", "/nowhere")
    counted = {name: value for name, value in told(client).items() if name.startswith("annoflow_requests")}
    assert counted == {
        f'annoflow_requests_total{{method="{method}",route="{route}",status="{status}"}}': count
        for method, route, status, count in (
            ("GET", "/api/me/assignments", 200, 1),
            ("GET", "/api/me/assignments", 401, 1),
            ("GET", "/api/task-items/{task_item_id}", 404, 2),
            ("GET", "", 404, 2),
            ("other", "", 404, 1),
        )
    }


def test_what_is_in_motion_is_told_with_the_age_of_the_oldest(stage: Stage, client: TestClient) -> None:
    assert (told(client)["annoflow_in_motion"], told(client)["annoflow_in_motion_oldest_seconds"]) == (0, 0)
    stage.now -= timedelta(hours=1)
    stage.add_items(4)
    stage.do("ann", "cars", "completed")
    stage.tick(minutes=50)
    stage.do("ann", "cars", "completed")
    found = told(client)
    assert found["annoflow_in_motion"] == 2
    assert 3500 < found["annoflow_in_motion_oldest_seconds"] < 3700
    stage.advance()
    assert told(client)["annoflow_in_motion"] == 0


def test_another_name_than_its_own_is_not_answered(client: TestClient) -> None:
    for name in ("localhost", "127.0.0.1:8484", "[::1]:8484"):
        assert client.get("/health", headers={"Host": name}).status_code == 200
    for name in ("annoflow.example.org", "127.0.0.1.example.org", ""):
        assert client.get("/health", headers={"Host": name}).status_code == 400


@pytest.mark.parametrize(("fault", "heard"), [(BrokenResourceError(), False), (ValueError(), True)])
def test_a_listener_who_is_gone_is_no_fault(fault: Exception, heard: bool, caplog: pytest.LogCaptureFixture) -> None:
    async def stream(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        raise ExceptionGroup("of a stream", [fault])

    async def sent(_: Any) -> Any:
        return None

    around = Around(stream, Metrics())
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(ExceptionGroup) if heard else nullcontext():
        anyio.run(around, scope, sent, sent)
    assert ("failed" in caplog.text) == heard


def test_a_request_is_one_line_of_the_log_whatever_it_asks_for(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="annoflow.http")
    client.get("/api/x%0a2026-11-30 FORGED%0d%00%1b[31m%e2%80%a8%85%ff")
    (line,) = [one.getMessage() for one in caplog.records if "FORGED" in one.getMessage()]
    assert line.isprintable() and line.isascii()
