"""What `annoflow up` hands on to be started."""

import sys
from pathlib import Path

import pytest

from flows import deployments, processes
from flows.runner import load
from workflow_core.settings import Settings


def test_no_setting_of_the_users_own_prefect_reaches_the_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = ("PREFECT_API_URL", "prefect_server_database_connection_url", "Prefect_Profile", "PREFECT_LOGGING_LEVEL")
    for name in theirs:
        monkeypatch.setenv(name, "theirs")
    made = processes.installation(Settings(home=tmp_path))
    of_prefect = {name: value for name, value in made.environment.items() if name.upper().startswith("PREFECT")}
    assert of_prefect == {**processes.PREFECT, "PREFECT_HOME": str(tmp_path / "prefect")}
    assert made.environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert made.folder == tmp_path / "prefect"


def test_what_a_source_may_need_reaches_the_children_and_loopback_goes_through_no_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    direct = processes.installation(Settings(home=tmp_path)).environment
    assert direct["NO_PROXY"] == direct["no_proxy"] == "127.0.0.1,localhost"
    for name, value in (
        ("AWS_PROFILE", "labels"),
        ("HTTPS_PROXY", "http://proxy.example.org:3128"),
        ("ALL_PROXY", "SOCKS5://proxy.example.org"),
        ("no_proxy", "internal.example.org"),
    ):
        monkeypatch.setenv(name, value)
    environment = processes.installation(Settings(home=tmp_path)).environment
    assert environment["AWS_PROFILE"] == "labels"
    assert environment["HTTPS_PROXY"] == "http://proxy.example.org:3128"
    assert "ALL_PROXY" not in environment
    assert environment["NO_PROXY"] == environment["no_proxy"] == "internal.example.org,127.0.0.1,localhost"


def test_the_children_get_the_installation_that_they_are_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOFLOW_HOME", "elsewhere")
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", "postgresql://elsewhere/a")
    monkeypatch.chdir(tmp_path)
    given = Settings(home=tmp_path, database_url="sqlite:///b.db", shift_seconds=7, lease_seconds=3, prefect_port=9)
    made = processes.installation(given)
    for name, value in made.environment.items():
        if name.startswith("ANNOFLOW_"):
            monkeypatch.setenv(name, value)
    told, database = Settings(), f"sqlite:///{tmp_path / 'b.db'}"
    assert (told.home, told.database(), told.shift_seconds, told.lease_seconds) == (tmp_path, database, 7, 3)
    assert (made.home, made.database, made.lease, made.port) == (tmp_path, database, 3, 9)
    assert made.running == given.running


def test_the_children_know_the_places_that_are_open_over_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOFLOW_SOURCES", "photos, s3://bucket/photos")
    monkeypatch.setenv("ANNOFLOW_HOME", "here")
    monkeypatch.chdir(tmp_path)
    told = processes.installation(Settings()).environment
    assert told["ANNOFLOW_SOURCES"] == f"{tmp_path / 'photos'},s3://bucket/photos"
    assert told["ANNOFLOW_EXPORTS"] == str(tmp_path / "here" / "exports")


def test_the_children_are_ours_wherever_the_user_happens_to_be(tmp_path: Path) -> None:
    made = processes.installation(Settings(home=tmp_path))
    assert tuple(made.server) == (sys.executable, "-P", "-m", "flows.server")
    assert tuple(made.runner) == (sys.executable, "-P", "-m", "flows.runner")


def test_the_mover_that_is_asked_for_is_one_that_is_served() -> None:
    flow, _, deployment = deployments.MOVER.partition("/")
    assert (flow, deployment) in {(load(one.flow).name, one.name) for one in deployments.served(600.0)}
