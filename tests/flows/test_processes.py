"""What `annoflow up` hands on to be started."""

import sys
from pathlib import Path

import pytest

from flows import deployments, processes
from flows.runner import load
from workflow_core.settings import Settings


def test_no_key_or_server_of_the_users_own_prefect_reaches_the_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in processes.NOT_OURS:
        monkeypatch.setenv(name, "https://prefect.example.org")
    environment = processes.installation(Settings(home=tmp_path)).environment
    assert not [value for value in environment.values() if "prefect.example.org" in value]
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_the_children_get_the_installation_that_they_are_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOFLOW_HOME", "elsewhere")
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", "postgresql://elsewhere/a")
    given = Settings(home=tmp_path, database_url="sqlite:///b.db", shift_seconds=7, lease_seconds=3, prefect_port=9)
    made = processes.installation(given)
    for name, value in made.environment.items():
        if name.startswith("ANNOFLOW_"):
            monkeypatch.setenv(name, value)
    told = Settings()
    assert (told.home, told.database(), told.shift_seconds, told.lease_seconds) == (tmp_path, "sqlite:///b.db", 7, 3)
    assert (made.home, made.database, made.lease, made.port) == (tmp_path, "sqlite:///b.db", 3, 9)
    assert made.running == given.running


def test_the_children_are_ours_wherever_the_user_happens_to_be(tmp_path: Path) -> None:
    made = processes.installation(Settings(home=tmp_path))
    assert tuple(made.server) == (sys.executable, "-P", "-m", "flows.server")
    assert tuple(made.runner) == (sys.executable, "-P", "-m", "flows.runner")


def test_the_mover_that_is_asked_for_is_one_that_is_served() -> None:
    flow, _, deployment = deployments.MOVER.partition("/")
    assert (flow, deployment) in {(load(one.flow).name, one.name) for one in deployments.served(600.0)}
