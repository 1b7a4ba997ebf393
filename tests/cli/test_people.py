"""People, on the machine."""

from pathlib import Path

from fastapi.testclient import TestClient

from workflow_core import server
from workflow_core.settings import Settings

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
    assert made["url"] == f"https://label.example.org/links/{made['secret']}"
    with TestClient(server.make(Settings(home=tmp_path / ".annoflow")), "http://127.0.0.1") as client:
        assert client.get(f"/api/links/{made['secret']}").json() == {"email": "ann@example.org"}
        assert client.get(f"/api/links/{link.rsplit('/', 1)[1]}").status_code == 404
    unknown = annoflow("person", "link", "nobody@example.org")
    assert (unknown.code, "nobody here has the e-mail" in unknown.err) == (3, True)
