"""deploy/prefect.yaml on a Prefect server of one's own: a work pool, workers in folders of their own, one killed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from running import ANNOFLOW, asked, wait_for, wait_until

from flows import dead_runs
from workflow_core.up import prefect_api
from workflow_core.up.children import Child

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.skipif("ANNOFLOW_SOAK" not in os.environ, reason="takes more than a minute: make soak"),
]

PREFECT = str(ANNOFLOW.with_name("prefect"))
DEPLOY = Path(__file__).parents[2] / "deploy"


class Elsewhere:
    """A Prefect server, and machines that work for it: each a folder, an environment and a home for Prefect."""

    def __init__(self, folder: Path, road: Any) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.api = f"http://127.0.0.1:{port}/api"
        self.folder = folder
        self.road = road
        self.children: list[Child] = []
        self.run("server", sys.executable, "-P", "-m", "flows.server", str(port))
        wait_until(lambda: prefect_api.healthy(self.api))

    def machine(self, name: str) -> dict[str, Any]:
        (self.folder / name).mkdir(exist_ok=True)
        others = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "ANNOFLOW_HOME"))}
        environment = {
            **others,
            "PREFECT_HOME": str(self.folder / name / "prefect"),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "ANNOFLOW_DATABASE_URL": self.road.url,
        }
        return {"env": environment}

    def run(self, machine: str, *command: str) -> Child:
        log = self.folder / f"{machine}.log"
        child = Child(command, **self.machine(machine), log=log, folder=self.folder / machine)
        self.children.append(child)
        return child

    def do(self, machine: str, line: str) -> None:
        """Run a command as the runbook has it."""
        command = [PREFECT, *line.split()[1:]]
        done = subprocess.run(
            command, **self.machine(machine), cwd=self.folder / machine, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def runs(self, *states: str) -> list[str]:
        wanted = {"flow_runs": {"state": {"type": {"any_": states}}}}
        found = asked("POST", f"{self.api}/flow_runs/filter", json=wanted).json()
        return [run["id"] for run in found]


@pytest.fixture
def elsewhere(tmp_path: Path, sqlite_template: Path, road_in: Callable[[str, int], Any]) -> Iterator[Elsewhere]:
    road = road_in(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'annoflow.db')}", 100)
    elsewhere = Elsewhere(tmp_path, road)
    yield elsewhere
    for child in elsewhere.children:
        child.stop()


def test_workers_move_items_though_the_folder_of_the_deploy_is_gone_and_one_of_them_is_killed(
    elsewhere: Elsewhere,
) -> None:
    elsewhere.machine("desk")
    shutil.copytree(DEPLOY, elsewhere.folder / "desk" / "deploy")
    elsewhere.do("desk", "prefect work-pool create annoflow --type process")
    elsewhere.do("desk", "prefect --no-prompt deploy --all --prefect-file deploy/prefect.yaml")
    shutil.rmtree(elsewhere.folder / "desk")
    first = elsewhere.run("first", PREFECT, "worker", "start", "--pool", "annoflow")
    elsewhere.road.complete(10)
    assert prefect_api.run_deployment(elsewhere.api, "move-items/watch") is None
    wait_for(elsewhere.road.unrouted, 0)
    (watch,) = wait_until(lambda: elsewhere.runs("RUNNING"))
    second = elsewhere.run("second", PREFECT, "worker", "start", "--pool", "annoflow")
    os.killpg(first.pid, signal.SIGKILL)
    kill_run_of(elsewhere.folder / "first")
    elsewhere.road.complete(10)
    assert prefect_api.run_deployment(elsewhere.api, "move-items/drain") is None
    wait_for(elsewhere.road.unrouted, 0)
    assert not second.gone
    assert watch in elsewhere.runs("RUNNING")
    with temporary_settings({PREFECT_API_URL: elsewhere.api}):
        assert dead_runs.close(datetime.now(UTC) + timedelta(hours=1))
    assert watch in elsewhere.runs("CRASHED")
    elsewhere.road.check()


def kill_run_of(machine: Path) -> None:
    """Kill the processes of a machine that lead groups of their own, as when its power is cut."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                of_it = f"PREFECT_HOME={machine / 'prefect'}".encode() in (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if of_it:
                os.kill(int(entry.name), signal.SIGKILL)
