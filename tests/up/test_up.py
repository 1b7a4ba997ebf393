"""`annoflow up` with a real Prefect server: runs, windows, artifacts, kills, one clean stop; on both databases."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from running import PATIENCE, Site, asked, wait_for, wait_until

from flows.windows import artifact_key
from workflow_core.services.pipelines import deployment as deployments
from workflow_core.services.running.announcements import announcing
from workflow_core.store.database.engine import session_scope
from workflow_core.up import prefect_api

pytestmark = pytest.mark.prefect

# All tests of one server on one worker; all others with a Prefect server, which are as many, may run beside them.
SQLITE = pytest.param("sqlite", marks=pytest.mark.xdist_group("up-sqlite"))
on_sqlite = pytest.mark.parametrize("site", [SQLITE], indirect=True)

SIGNALS = {"sqlite": signal.SIGTERM, "postgresql": signal.SIGINT}
RUNNER = """
import asyncio, sys
from dataclasses import replace
from prefect.runner import Runner
from flows import deployments, runner
from workflow_core.up import lifeline

async def serve(**changes):
    serving = Runner(name="drains", query_seconds=1, pause_on_shutdown=False)
    await runner.register(serving, replace(deployments.DRAIN, **changes))
    await serving.start()

lifeline.follow(patience=0)
asyncio.run(serve(**eval(sys.argv[1])))
"""
MISSED = """
UPDATE flow_run SET expected_start_time = ?1, next_scheduled_start_time = ?1
WHERE state_type = 'SCHEDULED' AND auto_scheduled AND deployment_id = (SELECT id FROM deployment WHERE name = 'watch')
"""
"""Has shifts begin at some time."""
EXPORTING = b"""
pipeline: exporting
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}
exits:
  done: {export: {format: jsonl, to: exports}}
"""


@pytest.fixture(scope="module", params=[SQLITE, "postgres"])
def site(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    road_in: Callable[[str, int], Any],
    prefect_history: Path,
) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("up")
    (home / "prefect").mkdir()
    shutil.copy(prefect_history, home / "prefect")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), home / "annoflow.db")
        url = f"sqlite:///{home / 'annoflow.db'}"
    else:
        url = request.getfixturevalue("postgres_module_url")
    site = Site(home, road_in(url, 900 if request.param == "sqlite" else 300))
    yield site
    site.end()


@contextmanager
def completing(site: Site, count: int) -> Iterator[None]:
    """Set that many statuses one by one; inside, some have been moved already and others are still to come."""
    before = site.road.moved()
    people = threading.Thread(target=site.road.complete, args=(count,))
    people.start()
    try:
        wait_until(lambda: site.road.moved() > before + count // 10)
        yield
    finally:
        people.join()


def test_the_watch_run_moves_items_and_shows_how_many_went_where(site: Site) -> None:
    wait_until(site.mover_pid)
    site.road.complete(20)
    wait_for(site.road.unrouted, 0)
    wait_for(lambda: counted(site), 20)
    wait_until(lambda: all((window["state"] or {}).get("message") for window in site.windows()))
    for window in site.windows():
        assert re.fullmatch(r"(\d+) status(es)? → road: signs \1", window["name"])
        assert "road: signs" in window["state"]["message"]
    # Between two shifts none may be running for a moment.
    wait_until(lambda: [run for run in site.runs("watch", "RUNNING") if run["name"].startswith("watch since ")])
    wait_for(lambda: task_items(site), {"cars": len(site.road.todo), "signs": 20})


def counted(site: Site) -> int:
    """Return how many statuses the names of the task runs tell."""
    return sum(int(window["name"].split()[0].replace(",", "")) for window in site.windows())


def task_items(site: Site) -> dict[str, int]:
    """Return how many items are where, by the pipeline's artifact."""
    latest = site.found("artifacts/latest", artifacts={"key": {"any_": [artifact_key("default", "road")]}})
    return {row["at"]: row["items"] for artifact in latest for row in json.loads(artifact["data"])}


@on_sqlite
def test_a_second_up_in_the_same_home_is_refused(site: Site) -> None:
    wait_until(site.mover_pid)
    refused = site.start()
    assert refused.wait(PATIENCE) == 3
    assert "annoflow: annoflow up already runs in" in site.said.read_text()
    assert site.process.poll() is None


def test_a_mover_killed_in_mid_batch_is_replaced_and_every_item_moves_once(site: Site) -> None:
    wait_until(site.mover_pid)
    with completing(site, 120):
        mover = wait_until(site.mover_pid)
        site.kill(mover)
    wait_for(site.road.unrouted, 0)
    wait_until(lambda: {site.mover_pid()} - {None, mover})
    wait_until(lambda: site.runs("watch", "CRASHED"))
    site.road.check()


@on_sqlite  # the database has no part in it
def test_with_prefects_server_down_work_and_moves_go_on_and_it_is_said_once(site: Site, now: datetime) -> None:
    wait_until(site.mover_pid)
    (server,) = site.children("flows.server")
    site.kill(server)
    (another,) = wait_until(lambda: set(site.children("flows.server")) - {server})
    os.kill(another, signal.SIGSTOP)
    try:
        with pytest.raises(httpx2.TransportError):  # refused, or no answer where it has begun to listen meanwhile
            httpx2.get(f"{site.api}/health", timeout=5, trust_env=False)
        site.road.complete(50)
        wait_for(site.road.unrouted, 0)
        with session_scope(site.road.engine) as session:
            deployments.deploy(session, text=EXPORTING, file="e.yaml", read=lambda _: b"", actor=None, now=now)
        wait_until(lambda: "what the pipelines want is asked again" in site.log("runner"))
    finally:
        os.kill(another, signal.SIGCONT)
    wait_until(lambda: prefect_api.healthy(site.api))
    wait_until(lambda: site.found("deployments", deployments={"name": {"like_": "exporting"}}))
    said = site.said.read_text()
    assert said.count("Prefect's server is gone") == 1
    assert "the runner of the flows is gone" not in said
    site.road.check()


STEADY = 300
"""Statuses, six milliseconds apart: as fast as ten thousand come in a minute."""


@on_sqlite
def test_many_statuses_leave_a_task_run_in_twelve_seconds_and_an_event_a_second(site: Site) -> None:
    wait_until(site.mover_pid)
    routed, runs = counted(site), len(site.found("task_runs", limit=200))
    start = time.monotonic()
    with announcing(site.road.engine, site.api):
        for number in range(STEADY):
            time.sleep(max(0.0, start + number * 0.006 - time.monotonic()))
            site.road.complete(1)
    wait_until(lambda: counted(site) >= routed + STEADY)
    wait_until(lambda: sum(event["payload"]["count"] for event in site.events()) >= STEADY)
    events, windows = len(site.events()), len(site.found("task_runs", limit=200)) - runs
    seconds = time.monotonic() - start
    # The bounds are rates: a busy machine that needs longer gets those of that time, and one window more is under way.
    assert windows <= 1 + seconds / 12
    assert events <= seconds + 2
    site.road.check()


@contextmanager
def drains(site: Site, road: Any, name: str, **changes: Any) -> Iterator[None]:
    """Serve the deployment of the drains to the site's Prefect server, for a database of its own."""
    environment = {**site.environment, "ANNOFLOW_DATABASE_URL": road.url, "PREFECT_API_URL": site.api}
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, repr({"name": name, **changes})],
        env={**environment, "PREFECT_HOME": str(site.home / name)},
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(runner.pid, signal.SIGKILL)
        runner.wait()
        for deployment in site.found("deployments", deployments={"name": {"any_": [name]}}):
            asked("DELETE", f"{site.api}/deployments/{deployment['id']}")


@on_sqlite
def test_drains_by_the_clock_and_by_the_event_move_items(
    site: Site, road_in: Callable[[str, int], Any], tmp_path: Path, sqlite_template: Path
) -> None:
    wait_until(site.mover_pid)
    clock, event = (road_in(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / name)}", 10) for name in "ab")
    with drains(site, event, "drain by the event", every=None):
        # Not more often: each is a process of two seconds, and the next one would begin before it has moved anything.
        with drains(site, clock, "drain by the clock", every=15.0, trigger=None):
            clock.complete(10)
            wait_for(clock.unrouted, 0)
            assert {run["auto_scheduled"] for run in site.runs("drain by the clock")} == {True}
        trigger = {"name": {"any_": ["drain by the event on annoflow.status-set"]}}
        wait_until(lambda: site.found("automations", automations=trigger))
        with announcing(event.engine, site.api):
            event.complete(10)
        wait_for(event.unrouted, 0)
        # One, unless ten statuses take longer here than one event counts together.
        for run in wait_until(lambda: site.runs("drain by the event")):
            assert run["created_by"]["type"] == "AUTOMATION"
            assert run["name"].startswith("drain at ")
    for road in (clock, event):
        assert road.moved() == 10
        road.check()


@on_sqlite
def test_the_sweep_ends_runs_that_gave_no_sign_of_life_for_long_and_no_others(site: Site) -> None:
    wait_until(site.mover_pid)
    living, dead = (running_since(site, timedelta(minutes=minutes)) for minutes in (1, 20))
    wait_until(lambda: prefect_api.run_deployment(site.api, "sweep/sweep") is None)
    wait_until(lambda: dead in [run["id"] for run in site.found("flow_runs") if run["state_type"] == "CRASHED"])
    assert living in [run["id"] for run in site.found("flow_runs") if run["state_type"] == "RUNNING"]
    wait_until(lambda: site.runs("watch", "RUNNING"))  # between two shifts none may be for a moment
    asked("DELETE", f"{site.api}/flow_runs/{living}")


def running_since(site: Site, silence: timedelta) -> str:
    """Make a run of ours, as a worker that died leaves it: begun an hour ago, its last sign of life so long ago."""
    (flow,) = site.found("flows", flows={"name": {"any_": ["move-items"]}})
    given = {"flow_id": flow["id"], "tags": ["annoflow"], "state": {"type": "RUNNING"}}
    run: str = asked("POST", f"{site.api}/flow_runs/", json=given).json()["id"]
    with sqlite3.connect(site.home / "prefect" / "prefect.db", timeout=PATIENCE) as prefect:
        begun = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%d %H:%M:%S.%f}"
        assert prefect.execute("UPDATE flow_run_state SET timestamp = ? WHERE flow_run_id = ?", [begun, run]).rowcount
    sign = {
        "id": str(uuid.uuid4()),
        "occurred": (datetime.now(UTC) - silence).isoformat(),
        "event": "prefect.flow-run.heartbeat",
        "resource": {"prefect.resource.id": f"prefect.flow-run.{run}"},
    }
    asked("POST", f"{site.api}/events", json=[sign])
    signs = {"filter": {"resource": {"id": [f"prefect.flow-run.{run}"]}, "event": {"name": [sign["event"]]}}}
    wait_until(lambda: asked("POST", f"{site.api}/events/filter", json=signs).json()["events"])
    return run


@on_sqlite  # what becomes of a dead mover's lease, and of statuses, is tested in test_movers on both databases
def test_a_killed_up_leaves_no_process_and_another_one_finds_everything_again(site: Site) -> None:
    wait_until(site.mover_pid)
    with completing(site, 120):
        site.process.kill()
    site.process.wait()
    wait_for(site.children, [])
    hours_ago = datetime.now(UTC) - timedelta(hours=2)
    with sqlite3.connect(site.home / "prefect" / "prefect.db") as prefect:
        assert prefect.execute(MISSED, [f"{hours_ago:%Y-%m-%d %H:%M:%S.%f}"]).rowcount > 2
    site.process = site.start()
    wait_for(site.road.unrouted, 0)
    site.road.check()
    wait_until(site.mover_pid)
    wait_until(lambda: site.runs("watch", "CRASHED"))
    missed = {"expected_start_time": {"before_": (hours_ago + timedelta(hours=1)).isoformat()}}
    assert len(site.found("flow_runs", flow_runs=missed)) == 1


def test_ctrl_c_or_sigterm_stops_everything_and_leaves_no_run_unfinished(site: Site) -> None:
    wait_until(site.mover_pid)
    # Who has the lease moves already while Prefect is still being told, and between two shifts none may be running.
    running = wait_until(lambda: site.runs("watch", "RUNNING"))[0]
    api, logged = site.api, len(site.log("runner"))
    # To the whole group, as a terminal sends it.
    os.killpg(site.process.pid, SIGNALS[site.road.engine.dialect.name])
    assert site.process.wait(PATIENCE) == 0
    wait_for(site.children, [])  # what is killed at the end needs a moment to be gone
    assert site.mover_pid() is None
    assert not (site.home / "up.json").exists()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{api}/health", trust_env=False)
    assert "stopped" in site.said.read_text().splitlines()[-1]
    assert "Traceback" not in site.log("runner")[logged:]
    with sqlite3.connect(site.home / "prefect" / "prefect.db") as prefect:
        ended = prefect.execute("SELECT state_type FROM flow_run WHERE id = ?", [running["id"]]).fetchall()
    assert ended == [("COMPLETED",)]
