"""Tokens on the machine, used over HTTP."""

from pathlib import Path

from fastapi.testclient import TestClient
from served import application

from workflow_core.settings import Settings

PIPELINE = """
pipeline: p
dataset: d
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}}
exits: {done: {}}
"""


def test_a_token_is_made_used_listed_and_ended(annoflow, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(PIPELINE)
    annoflow("db", "upgrade")
    assert annoflow("pipeline", "deploy", "p.yaml").code == 0
    assert annoflow("token", "list", "ann@example.org").out == "ann@example.org has no tokens\n"
    secret = annoflow("token", "new", "ann@example.org", "laptop", "--read-only", "--days", "7").out.strip()
    with TestClient(application(Settings(home=tmp_path / ".annoflow")), "http://127.0.0.1") as client:
        by = {"Authorization": f"Bearer {secret}"}
        assert client.get("/api/me/assignments", headers=by).status_code == 200
        (listed,) = annoflow("token", "list", "ann@example.org", "--json").json()
        assert (listed["name"], listed["writes"], listed["used_at"] is None) == ("laptop", False, False)
        assert secret not in annoflow("token", "list", "ann@example.org").out
        ended = annoflow("token", "revoke", "ann@example.org", listed["id"])
        assert ended.out == f"token {listed['id']} of ann@example.org has ended\n"
        assert client.get("/api/me/assignments", headers=by).status_code == 401
    again = annoflow("token", "revoke", "ann@example.org", listed["id"])
    assert (again.code, "ann@example.org has no token" in again.err) == (3, True)
    assert annoflow("token", "new", "nobody@example.org", "laptop").code == 3
