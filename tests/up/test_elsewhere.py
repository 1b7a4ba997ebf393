"""deploy/prefect.yaml on a Prefect server of one's own: a work pool, workers in folders of their own, one killed."""

import json
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
from pictures import picture
from prefect.settings import PREFECT_API_URL, temporary_settings
from running import ANNOFLOW, PATIENCE, asked, wait_for, wait_until

from flows import dead_runs
from workflow_core.services.pipelines import deployment
from workflow_core.store.database.engine import session_scope
from workflow_core.up import prefect_api
from workflow_core.up.children import Child

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.skipif("ANNOFLOW_SOAK" not in os.environ, reason="takes more than a minute: make soak"),
]

PREFECT = str(ANNOFLOW.with_name("prefect"))
DEPLOY = Path(__file__).parents[2] / "deploy"


DASHCAM = """
pipeline: dashcam
project: road
source: {{uri: "{}"}}
tasks:
  photos:
    {{type: annotation, recipe: {{labels: [car]}}, assignees: [ann@example.org], on: {{completed: labelled}}}}
exits:
  labelled: {{export: {{format: coco, to: "{}"}}}}
"""


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
            command,
            **self.machine(machine),
            cwd=self.folder / machine,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, deployment: str) -> None:
        """Ask for a run, however long the server takes to answer."""
        found = asked("GET", f"{self.api}/deployments/name/{deployment}").json()
        asked("POST", f"{self.api}/deployments/{found['id']}/create_flow_run", json={})

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
    file = elsewhere.folder / "desk" / "deploy" / "prefect.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("approved", "labelled"), encoding="utf-8")
    elsewhere.do("desk", "prefect work-pool create annoflow --type process")
    elsewhere.do("desk", "prefect --no-prompt deploy --all --prefect-file deploy/prefect.yaml")
    shutil.rmtree(elsewhere.folder / "desk")
    first = elsewhere.run("first", PREFECT, "worker", "start", "--pool", "annoflow")
    elsewhere.road.complete(10)
    elsewhere.start("move-items/watch")
    wait_for(elsewhere.road.unrouted, 0)
    (watch,) = wait_until(lambda: elsewhere.runs("RUNNING"))
    second = elsewhere.run("second", PREFECT, "worker", "start", "--pool", "annoflow")
    os.killpg(first.pid, signal.SIGKILL)
    kill_run_of(elsewhere.folder / "first")
    elsewhere.road.complete(10)
    elsewhere.start("move-items/drain")
    wait_for(elsewhere.road.unrouted, 0)
    assert not second.gone
    assert watch in elsewhere.runs("RUNNING")
    with temporary_settings({PREFECT_API_URL: elsewhere.api}):
        assert dead_runs.close(datetime.now(UTC) + timedelta(hours=1))
    assert watch in elsewhere.runs("CRASHED")
    elsewhere.road.check()
    source_and_export(elsewhere)


def source_and_export(elsewhere: Elsewhere) -> None:
    """Bring pictures in and out by the worker that is left, from and to a folder that it has in common with others."""
    shared, road = elsewhere.folder / "shared", elsewhere.road
    (shared / "photos").mkdir(parents=True)
    for name in ("a.jpg", "b.jpg"):
        (shared / "photos" / name).write_bytes(picture())
    text = DASHCAM.format(shared / "photos", shared / "labelled").encode()
    with session_scope(road.engine) as session:
        deployment.deploy(
            session, text=text, file="dashcam.yaml", read=lambda _: b"", actor=None, now=datetime.now(UTC)
        )
    elsewhere.start("ingest/road · dashcam")
    wait_for(lambda: road.take_up("photos"), 2)
    road.complete(2)
    elsewhere.start("move-items/drain")
    wait_for(road.unrouted, 0)
    elsewhere.start("export/road · dashcam · labelled")
    written = wait_until(lambda: sorted((shared / "labelled").glob("latest/coco.json")))
    assert [image["file_name"] for image in json.loads(written[0].read_text())["images"]] == ["a.jpg", "b.jpg"]


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
