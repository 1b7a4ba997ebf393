"""`annoflow up` among other things: another Prefect's settings, proxies, what Prefect refuses, what it cannot read."""

import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from running import PATIENCE, Site, wait_for, wait_until
from sqlmodel import select

from workflow_core.services.pipelines import deployment
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Pipeline, PipelineVersion

pytestmark = pytest.mark.prefect

SCHEDULED = """
pipeline: {name}
source: {{uri: {folder}, schedule: "0 6 * * *"}}
tasks:
  cars: {{type: annotation, recipe: {{labels: [car]}}, assignees: [ann@example.org], on: {{completed: done}}}}
exits: {{done: }}
"""


@pytest.fixture
def road(tmp_path: Path, sqlite_template: Path, road_in: Callable[[str, int], Any]) -> Any:
    (tmp_path / "home").mkdir()
    return road_in(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'home' / 'annoflow.db')}", 20)


@pytest.fixture
def theirs(tmp_path: Path) -> dict[str, str]:
    """Settings of another product's Prefect, in every form that Prefect reads; and a proxy that answers nobody."""
    database = f"sqlite+aiosqlite:///{tmp_path / 'theirs.db'}"
    server = f'{{"database": {{"connection_url": "{database}"}}}}'
    (tmp_path / "prefect.toml").write_text(f'[server.database]\nconnection_url = "{database}"\n')
    (tmp_path / "pyproject.toml").write_text(f'[tool.prefect.server.database]\nconnection_url = "{database}"\n')
    (tmp_path / ".env").write_text(f"PREFECT_SERVER_DATABASE_CONNECTION_URL={database}\n")
    (tmp_path / ".prefect").mkdir()
    profile = f'active = "theirs"\n[profiles.theirs]\nPREFECT_SERVER_DATABASE_CONNECTION_URL = "{database}"\n'
    (tmp_path / ".prefect" / "profiles.toml").write_text(profile)
    return {
        "HOME": str(tmp_path),
        "PREFECT_HOME": str(tmp_path / ".prefect"),
        "PREFECT_PROFILES_PATH": str(tmp_path / ".prefect" / "profiles.toml"),
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
        "prefect_server_database_connection_url": database,
        "PREFECT_SERVER": server,
        "PREFECT_SERVER_API_AUTH_STRING": "admin:pass",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "socks5://127.0.0.1:9",
        "WEB_CONCURRENCY": "4",
    }


def test_items_move_beside_files_for_folders_and_anothers_prefect_and_a_fault_of_one_pipeline_stops_no_other(
    tmp_path: Path, road: Any, theirs: dict[str, str], now: datetime, prefect_history: Path
) -> None:
    prefect, logs = tmp_path / "home" / "prefect", tmp_path / "home" / "logs"
    for folder in (prefect, logs):
        folder.write_text("a file")
    deploy(road, now, "broken", tmp_path)
    deploy(road, now, "right", tmp_path)
    with session_scope(road.engine) as session:
        version = session.exec(select(PipelineVersion).join(Pipeline).where(Pipeline.name == "broken")).one()
        version.compiled = {**version.compiled, "source": {**version.compiled["source"], "schedule": IMPOSSIBLE}}
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    site = Site(tmp_path / "home", road, folder=tmp_path, **theirs)
    try:
        road.complete(10)
        wait_for(road.unrouted, 0)
        wait_until(lambda: "annoflow is at http" in site.said.read_text())
        said = wait_until(lambda: said if "does not start" in (said := site.said.read_text()) else "")
        assert f"set aside what is there: mv {prefect} {prefect}.old" in said
        assert f"set aside what is there before the next start: mv {logs} {logs}.old" in said
        mended = tmp_path / "home" / "mended"
        mended.mkdir()
        shutil.copy(prefect_history, mended)
        prefect.unlink()
        mended.rename(prefect)
        wait_until(site.mover_pid)
        wait_until(lambda: site.found("deployments", deployments={"name": {"like_": "right"}}))
        told = wait_until(lambda: [line for line in site.said.read_text().splitlines() if "broken" in line])
        assert "pipeline broken: Prefect does not take the schedule of 'default · broken'" in told[0]
        another = tmp_path / "another.yaml"
        another.write_text(SCHEDULED.format(name="another", folder=tmp_path))
        second = site.start(another)
        assert second.wait(PATIENCE) == 3
        said = site.said.read_text()
        assert "To deploy a pipeline there: annoflow pipeline deploy FILE" in said
        assert "another" not in names(road)
        assert said.count("pipeline broken") == 1
        assert "Traceback" not in said
        assert not (tmp_path / "theirs.db").exists()
        assert {path: path.stat().st_mtime_ns for path in before if path.name != "home"} == {
            path: when for path, when in before.items() if path.name != "home"
        }
        road.check()
    finally:
        site.end()


def test_items_move_without_a_prefect_that_cannot_read_its_file_and_with_it_once_that_is_set_aside(
    tmp_path: Path, road: Any
) -> None:
    history = tmp_path / "home" / "prefect" / "prefect.db"
    history.parent.mkdir()
    with sqlite3.connect(history) as other:
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
        other.execute("INSERT INTO alembic_version VALUES ('of another Prefect')")
    site = Site(tmp_path / "home", road)
    try:
        wait_until(lambda: "does not start" in site.said.read_text())
        road.complete(10)
        wait_for(road.unrouted, 0)
        said = site.said.read_text()
        assert f"set that aside: mv {history} {history}.old" in said
        assert "of another Prefect" in said
        assert "Traceback" not in said
        assert "Traceback" in site.log("server")
        history.rename(f"{history}.old")
        wait_until(site.mover_pid)
        road.check()
    finally:
        site.end()


def deploy(road: Any, now: datetime, name: str, folder: Path) -> None:
    text = SCHEDULED.format(name=name, folder=folder).encode()
    with session_scope(road.engine) as session:
        deployment.deploy(session, text=text, file=f"{name}.yaml", read=lambda _: b"", actor=None, now=now)


def names(road: Any) -> list[str]:
    with session_scope(road.engine, read_only=True) as session:
        return list(session.exec(select(Pipeline.name)))


IMPOSSIBLE = {"cron": "0 6 32 * *", "timezone": "UTC"}
