"""Each command prints the same on the machine and, for the owner of the only project, over HTTP."""

from pathlib import Path

import pytest
from pictures import picture
from stage import BOX, Stage

from workflow_core.services.exchange import ingestion

LANE = """
pipeline: lane
dataset: d
tasks:
  vans: {type: annotation, recipe: van.yaml, assignees: [ann@example.org], on: {completed: done}}
exits: {done: {}}
"""


@pytest.fixture
def road(stage: Stage, photos: Path, tmp_path: Path) -> Stage:
    """Two pictures, one of them done in the first task; and an owner."""
    for name in ("a", "b"):
        (photos / f"{name}.png").write_bytes(picture("PNG"))
    ingestion.ingest(stage.session_of, pipeline="p", project="default", clock=lambda: stage.now)
    stage.do("ann", "cars", "completed", annotations=[BOX])
    stage.advance()
    stage.add_member("olga", "owner")
    (tmp_path / "lane.yaml").write_text(LANE)
    (tmp_path / "van.yaml").write_text("labels: [van]\n")
    return stage


LOOKS = [
    ("status",),
    ("status", "p", "--people"),
    ("status", "--json"),
    ("status", "none"),
    ("figures", "p"),
    ("figures", "p", "--by", "person", "--format", "csv"),
    ("figures", "p:cars", "--by", "label"),
    ("figures", "qa", "--format", "json"),
    ("figures", "p", "--by", "day", "--format", "json"),
    ("figures", "none"),
    ("item", "why", "a.png"),
    ("item", "why", "/b.png", "--json"),
    ("item", "why", "1"),
    ("item", "why", "none.png"),
    ("pipeline", "plan", "lane.yaml"),
    ("pipeline", "plan", "lane.yaml", "--json"),
]


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_what_is_looked_at_is_printed_alike(
    road: Stage, annoflow, over_http, database_url: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    here = annoflow(*words)
    assert over_http("olga", *words) == here
    assert (here.code, bool(here.out)) == ((3, False) if words[-1].startswith("none") else (0, True))


def test_what_is_done_is_printed_alike(
    road: Stage, photos: Path, annoflow, over_http, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    monkeypatch.setenv("ANNOFLOW_HOME", str(tmp_path))
    there = over_http("olga", "pipeline", "deploy", "lane.yaml").out
    (tmp_path / "here.yaml").write_text(LANE.replace("lane", "here"))
    here = annoflow("pipeline", "deploy", "here.yaml").out
    assert here.split(", version")[0] == there.split(", version")[0].replace("lane", "here")
    (photos / "c.png").write_text("no picture")
    (photos / "b.png").unlink()
    first = over_http("olga", "import", "p")
    assert "no item: " in first.err and "gone: 1 (/b.png (open work))\n" in first.err
    assert annoflow("import", "p").out == "p: 0 new items, 0 entered, 1 file left out\n"
    assert over_http("olga", "import", "p", "--json") == annoflow("import", "p", "--json")
    road.do("quinn", "qa", "approved")
    road.advance()
    export = ("export", "p", "--to", str(tmp_path / "exports/p"), "--format", "jsonl")
    first = annoflow(*export)
    assert first.code == 0 and "1 item with 1 annotation in" in first.out
    assert over_http("olga", *export) == annoflow(*export)
    assert "nothing has changed since" in annoflow(*export).out
    for words in (("export", "q"), ("export", "p", "--project", "x"), ("export", "p", "moon", "--to", "exports/a")):
        assert (annoflow(*words).code, over_http("olga", *words).code) == (3, 3)
    assert "1 in val" in over_http("olga", "export", "p", "--to", "parted", "--val", "99").out
    assert over_http("olga", "item", "archive", "b.png").out == "archived 1 item\n"
    assert annoflow("item", "archive", "a.png").out == "archived 1 item\n"
    gone = annoflow("item", "archive", "c.png")
    assert gone.code == 3 and over_http("olga", "item", "archive", "c.png") == gone
