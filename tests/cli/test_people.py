"""People, on the machine."""

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from fastapi.testclient import TestClient
from served import application

from workflow_core.settings import Settings

HERE = {"Sec-Fetch-Site": "same-origin"}
PIPELINE = """
pipeline: p
dataset: d
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}}
exits: {done: {}}
"""


def test_a_link_begins_at_the_public_address(annoflow, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "p.yaml").write_text(PIPELINE)
    annoflow("db", "upgrade")
    annoflow("pipeline", "deploy", "p.yaml")
    link = annoflow("person", "link", "Ann@example.org").out.strip()
    assert link.startswith("http://127.0.0.1:8484/links/")
    monkeypatch.setenv("ANNOFLOW_PUBLIC_URL", "https://label.example.org/")
    made = annoflow("person", "link", "ann@example.org", "--json").json()
    address, secret = made["url"].rsplit("/", 1)
    assert address == "https://label.example.org/links"
    with TestClient(application(Settings(home=tmp_path / ".annoflow")), "http://127.0.0.1") as client:
        assert client.get(f"/api/links/{secret}").json() == {"email": "ann@example.org"}
        assert client.get(f"/api/links/{link.rsplit('/', 1)[1]}").status_code == 404
    unknown = annoflow("person", "link", "nobody@example.org")
    assert (unknown.code, "nobody here has the e-mail" in unknown.err) == (3, True)


@pytest.fixture
def road(annoflow, tmp_path: Path) -> Any:
    """One project, with ann in it."""
    (tmp_path / "p.yaml").write_text(f"project: road{PIPELINE}")
    annoflow("db", "upgrade")
    assert annoflow("pipeline", "deploy", "p.yaml").code == 0
    return annoflow


def listed(run: Any) -> dict[str, tuple[str, bool, bool]]:
    return {
        one["email"]: (one["role"], one["invited"], one["active"]) for one in run("person", "list", "--json").json()
    }


def test_people_are_invited_raised_and_let_go(road) -> None:
    tried = road("person", "invite", "Bo@example.org", "--role", "owner", "--dry-run")
    assert tried.out == "bo@example.org  would get a link\n"
    assert listed(road) == {"ann@example.org": ("contributor", True, True)}
    done = road("person", "invite", "Bo@example.org", "--role", "owner")
    assert done.out.startswith("bo@example.org  http://127.0.0.1:8484/links/")
    assert road("person", "role", "ann@example.org", "manager", "--dry-run").out == (
        "ann@example.org would be manager (was contributor)\n"
    )
    assert listed(road)["ann@example.org"] == ("contributor", True, True)
    road("person", "role", "ann@example.org", "manager")
    assert listed(road)["ann@example.org"] == ("manager", True, True)
    assert road("person", "deactivate", "ann@example.org", "--dry-run").out.startswith("ann@example.org would be")
    assert listed(road)["ann@example.org"][2]
    road("person", "deactivate", "ann@example.org")
    assert not listed(road)["ann@example.org"][2]
    assert road("person", "activate", "ann@example.org").out == "ann@example.org is active again\n"
    refused = road("person", "role", "bo@example.org", "manager")
    assert (refused.code, "is the only owner" in refused.err) == (3, True)
    assert "bo@example.org   road     owner" in road("person", "list", "--project", "road").out


def test_a_project_is_named_where_there_are_several(road, tmp_path: Path) -> None:
    (tmp_path / "q.yaml").write_text(f"project: other{PIPELINE}")
    road("pipeline", "deploy", "q.yaml")
    refused = road("person", "invite", "bo@example.org")
    assert "say in which project, with --project; there is 'other', 'road'" in refused.err
    assert road("person", "invite", "bo@example.org", "--project", "other").code == 0


class TestTheFirstStart:
    @pytest.fixture
    def during(self) -> Mock:
        """Called while the server answers."""
        return Mock()

    @pytest.fixture
    def start(self, annoflow, monkeypatch: pytest.MonkeyPatch, during: Mock) -> Any:
        """Start, and stop as soon as the server answers."""

        def serve(installation: Any, **_: Any) -> None:
            installation.address.opened("http://127.0.0.1:9999")
            during()

        monkeypatch.setattr("workflow_core.up.supervisor.serve", serve)
        return lambda: annoflow("up").out

    def test_prints_a_link_last_and_framed_until_somebody_has_come_in(self, start, tmp_path: Path) -> None:
        *_, top, about, link, bottom = start().splitlines()
        assert (top[0], bottom[-1], len({len(line) for line in (top, about, link, bottom)})) == ("┌", "┘", 1)
        assert start().splitlines()[-2] != link
        secret = start().splitlines()[-2].strip("│ ").removeprefix("http://127.0.0.1:9999/links/")
        with TestClient(application(Settings(home=tmp_path / ".annoflow")), "http://127.0.0.1", headers=HERE) as client:
            path, chosen = f"/api/links/{secret}", {"password": "correct horse battery"}
            assert client.get(path).json() == {"email": None}
            assert client.post(path, json=chosen).status_code == 422
            assert client.post(path, json={**chosen, "email": "fay@example.org"}).status_code == 204
            assert client.post("/api/sessions", json={**chosen, "email": "fay@example.org"}).status_code == 201
            assert client.get("/api/me").json()["operator"] is True
        assert "links" not in start()

    def test_tells_other_commands_where_it_is_while_it_is_there(self, start, annoflow, during: Mock, tmp_path) -> None:
        (tmp_path / "p.yaml").write_text(PIPELINE)
        annoflow("db", "upgrade")
        annoflow("pipeline", "deploy", "p.yaml")
        made: list[str] = []
        during.side_effect = lambda: made.append(annoflow("person", "link", "ann@example.org").out)
        start()
        during.side_effect()
        assert [link.rpartition("/links")[0] for link in made] == ["http://127.0.0.1:9999", "http://127.0.0.1:8484"]

    def test_takes_who_is_first_from_the_environment(self, start, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setenv("ANNOFLOW_FIRST_OWNER", "fay@example.org")
        assert "By this link fay@example.org chooses a password" in start()
        file = tmp_path / "password"
        file.write_text("correct horse battery\n")
        monkeypatch.setenv("ANNOFLOW_HOME", str(tmp_path / "another"))
        monkeypatch.setenv("ANNOFLOW_FIRST_PASSWORD_FILE", str(file))
        assert "links" not in start()
        with TestClient(application(Settings()), "http://127.0.0.1", headers=HERE) as client:
            given = {"email": "fay@example.org", "password": "correct horse battery"}
            assert client.post("/api/sessions", json=given).status_code == 201
