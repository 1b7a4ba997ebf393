"""`annoflow up` with a real Prefect server: runs, windows, artifacts, kills, one clean stop; on both databases."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from workflow_core.services import tracing
from workflow_core.services.announcing import Announcer, announcing
from workflow_core.settings import Settings
from workflow_core.store.database import session_scope

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

UP = "from workflow_core.cli.up import up; up(None, None)"
RUNNER = """
import asyncio, sys
from dataclasses import replace
from prefect.runner import Runner
from flows import deployments, lifeline, runner

async def serve(**changes):
    serving = Runner(name="drains", query_seconds=1, pause_on_shutdown=False)
    await runner.register(serving, replace(deployments.DRAIN, **changes))
    await serving.start()

lifeline.follow(patience=0)
asyncio.run(serve(**eval(sys.argv[1])))
"""


class Site:
    """A home in which `annoflow up` runs, and what can be asked of it."""

    def __init__(self, home: Path, road: Any) -> None:
        self.road = road
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            **os.environ,
            "ANNOFLOW_HOME": str(home),
            "ANNOFLOW_DATABASE_URL": road.url,
            "ANNOFLOW_PREFECT_PORT": str(self.port),
        }
        self.api = httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api", timeout=10)
        self.said = home / "up.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **changes: str) -> subprocess.Popen[bytes]:
        self.home.mkdir(exist_ok=True)
        with self.said.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", UP],
                env={**self.environment, **changes},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def mover_pid(self) -> int | None:
        """Return the process of the flow that moves; what `annoflow up` moves until it is there does not count."""
        with session_scope(self.road.engine, read_only=True) as session:
            holder = tracing.mover(session, now=datetime.now(UTC))
        pid = int(holder.partition("@")[0]) if holder else None
        return None if self.process is None or pid == self.process.pid else pid

    def children(self) -> list[int]:
        """Return the processes in whose environment this home is."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    environment = (entry / "environ").read_bytes()
                except OSError:
                    continue
                if f"ANNOFLOW_HOME={self.home.resolve()}".encode() in environment.split(b"\0"):
                    found.append(int(entry.name))
        return found

    def found(self, what: str, **wanted: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.api.post(f"/{what}/filter", json=wanted).raise_for_status().json()
        return rows

    def runs(self, deployment: str) -> list[dict[str, Any]]:
        return self.found("flow_runs", deployments={"name": {"any_": [deployment]}}, sort="EXPECTED_START_TIME_DESC")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, road_in: Callable[[str, int], Any]
) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site") / "home"
    home.mkdir()
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), home / "annoflow.db")
        url = f"sqlite:///{home / 'annoflow.db'}"
    else:
        url = request.getfixturevalue("postgres_module_url")
    site = Site(home, road_in(url, 11_500 if request.param == "sqlite" else 1_000))
    site.process = site.start()
    yield site
    if site.process.poll() is None:
        site.process.kill()
        site.process.wait()


def wait_until(condition: Callable[[], Any], seconds: float) -> float:
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "it did not come true in time"
        time.sleep(0.05)
    return time.monotonic() - start


def test_the_watch_run_moves_items_and_shows_how_many_went_where(site: Site) -> None:
    wait_until(site.mover_pid, 90)
    site.road.complete(20)
    wait_until(lambda: site.road.unrouted() == 0, 5)
    wait_until(lambda: site.found("task_runs", task_runs={"name": {"like_": "statuses"}}), 30)
    (window,) = site.found("task_runs", task_runs={"name": {"like_": "statuses"}})
    assert window["name"] == "20 statuses → road: signs 20"
    assert "road: signs 20" in window["state"]["message"]
    assert site.runs("watch")[-1]["name"].startswith("watch since ")
    wait_until(lambda: site.found("artifacts", artifacts={"key": {"any_": ["annoflow-road"]}}), 10)
    (artifact,) = site.found("artifacts", artifacts={"key": {"any_": ["annoflow-road"]}})
    places = {row["place"]: row["items"] for row in eval(artifact["data"])}
    assert places == {"cars": len(site.road.todo), "signs": 20}


def test_a_second_up_in_the_same_home_is_refused(site: Site) -> None:
    refused = site.start()
    assert refused.wait(30) != 0
    assert "already runs in" in site.said.read_text()
    assert site.mover_pid()


def test_a_killed_mover_is_replaced_within_thirty_seconds(site: Site) -> None:
    site.road.complete(50)
    mover = site.mover_pid()
    assert mover, "nobody moves"  # and never 0, which would be this very process and all beside it
    os.kill(mover, signal.SIGKILL)
    site.road.complete(50)
    wait_until(lambda: site.road.unrouted() == 0, 30)
    site.road.check()


def test_ten_thousand_statuses_in_a_minute_leave_five_task_runs_and_an_event_a_second(site: Site) -> None:
    if site.road.url.startswith("postgres"):
        pytest.skip("measured on SQLite; what Prefect is told does not depend on the database")
    wait_until(lambda: site.mover_pid() and site.road.unrouted() == 0, 90)
    before = len(site.found("task_runs", limit=200))
    start, done = time.monotonic(), 0
    with announcing(site.road.engine, Settings(home=site.home).prefect_api()):
        # A machine that is busy with other tests may not manage ten thousand; the bounds are by time.
        while done < 10_000 and time.monotonic() - start < 90:
            done += len(site.road.complete(1))
            time.sleep(max(0.0, start + done * 0.006 - time.monotonic()))
    assert done > 1_000
    seconds = time.monotonic() - start
    wait_until(lambda: site.road.unrouted() == 0, 10)
    time.sleep(6)  # what Prefect writes in batches
    assert len(site.found("task_runs", limit=200)) - before <= 5 * max(1.0, seconds / 60)
    wanted = {"event": {"name": ["annoflow.status-set"]}}
    events = site.api.post("/events/filter", json={"filter": wanted, "limit": 50}).raise_for_status().json()
    assert 10 < events["total"] <= seconds + 2
    site.road.check()


def test_drains_by_the_clock_and_by_the_event_move_items(
    site: Site, road_in: Callable[[str, int], Any], tmp_path: Path, sqlite_template: Path
) -> None:
    if site.road.url.startswith("postgres"):
        pytest.skip("the drains have databases of their own")
    wait_until(site.mover_pid, 90)
    roads, runners = [], []
    for name, changes in (
        ("drain by the clock", {"every": 5.0, "trigger": None}),
        ("drain by the event", {"every": None}),
    ):
        database = tmp_path / f"{name}.db"
        shutil.copy(sqlite_template, database)
        roads.append(road_in(f"sqlite:///{database}", 20))
        runners.append(
            subprocess.Popen(
                [sys.executable, "-c", RUNNER, repr({"name": name, **changes})],
                env={
                    **site.environment,
                    "ANNOFLOW_DATABASE_URL": roads[-1].url,
                    "PREFECT_API_URL": f"http://127.0.0.1:{site.port}/api",
                    "PREFECT_HOME": str(tmp_path / name),
                },
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
        )
    try:
        roads[0].complete(10)
        wait_until(lambda: roads[0].unrouted() == 0, 60)
        wait_until(lambda: site.found("deployments", deployments={"name": {"any_": ["drain by the event"]}}), 30)
        roads[1].complete(10)
        announcer = Announcer(f"http://127.0.0.1:{site.port}/api")
        announcer.status_set(pipeline="road", task="cars", status="completed", count=10)
        announcer.close()
        wait_until(lambda: roads[1].unrouted() == 0, 60)
        for road in roads:
            road.check()
        assert site.runs("drain by the event")[-1]["name"].startswith("drain at ")
    finally:
        for runner in runners:
            os.killpg(runner.pid, signal.SIGKILL)
            runner.wait()


def test_a_killed_up_leaves_no_process_and_another_one_finds_everything_again(site: Site) -> None:
    assert site.process is not None
    wait_until(site.mover_pid, 90)
    site.road.complete(50)
    site.process.kill()
    site.process.wait()
    site.road.complete(50)
    wait_until(lambda: not site.children(), 12)
    site.process = site.start()
    assert wait_until(lambda: site.road.unrouted() == 0, 45) < 30
    site.road.check()


def test_sigterm_stops_everything_and_leaves_no_run_unfinished(site: Site) -> None:
    assert site.process is not None
    wait_until(site.mover_pid, 90)
    (running,) = [run for run in site.runs("watch") if run["state_type"] == "RUNNING"]
    site.process.terminate()
    assert site.process.wait(30) == 0
    assert site.children() == []
    assert site.mover_pid() is None
    assert not Settings(home=site.home).running.exists()
    with pytest.raises(httpx.ConnectError):
        site.api.get("/health")
    assert "stopped" in site.said.read_text().splitlines()[-1]
    with sqlite3.connect(site.home / "prefect" / "prefect.db") as prefect:
        left = prefect.execute("SELECT name FROM flow_run WHERE state_type IN ('RUNNING', 'CRASHED', 'CANCELLED')")
        assert [name for (name,) in left if name == running["name"]] == []
