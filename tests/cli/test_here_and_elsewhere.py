"""Each command prints the same on the machine and, for the owner of the only project, over HTTP."""

import json
from functools import partial
from pathlib import Path

import pytest
from pictures import picture
from stage import BOX, Stage

from workflow_core.services.exchange import ingestion
from workflow_core.services.jobs import requests

LANE = """
pipeline: lane
dataset: d
tasks:
  vans: {type: annotation, recipe: van.yaml, assignees: [ann@example.org], on: {completed: done}}
exits: {done: {}}
"""

VOC = """<annotation><filename>b.png</filename><size><width>40</width><height>30</height></size>
<object><name>car</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>21</xmax><ymax>12</ymax></bndbox></object>
</annotation>"""


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
    ("task", "list"),
    ("task", "list", "--project", "default", "--json"),
    ("task", "list", "--project", "none"),
    ("task", "show", "p:cars"),
    ("task", "show", "qa", "--json"),
    ("task", "show", "none"),
    ("task", "redistribute", "p:cars", "--to", "bo@example.org=2", "--dry-run"),
    ("task", "pause", "p:cars", "--dry-run"),
    ("issue", "list"),
    ("issue", "list", "--json"),
    ("issue", "dismiss", "1", "--dry-run"),
    ("item", "list"),
    ("pipeline", "plan", "lane.yaml"),
    ("pipeline", "plan", "lane.yaml", "--json"),
]


def test_what_is_looked_at_is_printed_alike(
    road: Stage, annoflow, over_http, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    for words in LOOKS:
        here = annoflow(*words)
        assert over_http("olga", *words) == here, words
        assert (here.code, bool(here.out)) == ((3, False) if words[-1].startswith("none") else (0, True)), words


def test_what_is_done_is_printed_alike(
    road: Stage, photos: Path, annoflow, over_http, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    monkeypatch.setenv("ANNOFLOW_HOME", str(tmp_path))
    there = over_http("olga", "pipeline", "deploy", "lane.yaml").out
    (tmp_path / "here.yaml").write_text(LANE.replace("lane", "here"))
    here = annoflow("pipeline", "deploy", "here.yaml").out
    assert here.split(", version")[0] == there.split(", version")[0].replace("lane", "here")
    drawn = {"item": "/a.png", **BOX, "model": "m"}
    lines = [drawn, drawn | {"label": "moon"}, drawn | {"item": "/z.png"}]
    (tmp_path / "drawn.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    reopening = ("import", "p", "drawn.jsonl", "--reopen")
    assert over_http("olga", *reopening) == annoflow(*reopening)
    assert "would re-open 1 task item\n" in annoflow(*reopening).out
    assert annoflow("import", "p", "drawn.jsonl", "--json") == over_http("olga", "import", "p", "drawn.jsonl", "--json")
    assert over_http("olga", "import", "p", "frames").code == 2
    (photos / "c.png").write_text("no picture")
    (photos / "b.png").unlink()
    first = over_http("olga", "import", "p")
    assert "no item: " in first.err and "gone: 1 (/b.png (open work))\n" in first.err
    assert annoflow("import", "p").out == "p: 0 new items, 0 entered, 1 left out (c.png)\n"
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
    told = annoflow("item", "archive", "b.png", "--dry-run")
    assert told.out.startswith("would be 1 item\nwould do: ") and "nothing is done yet" in told.out
    by_olga = over_http("olga", "item", "archive", "b.png", "--dry-run").out
    assert len(by_olga.splitlines()) == len(told.out.splitlines())
    assert by_olga.partition("\n  ")[0] == told.out.partition("\n  ")[0]
    told = annoflow("item", "archive", "b.png", "a.png", "--dry-run", "--json")
    assert [(one["items"], one["done"]) for one in told.json()] == [(2, False)]
    both = over_http("olga", "item", "archive", "b.png", "a.png", "--dry-run", "--json").json()
    assert [one["counts"] for one in both] == [one["counts"] for one in told.json()]
    assert over_http("olga", "item", "archive", "b.png").out == "archived 1 item\n"
    assert annoflow("item", "archive", "a.png").out == "archived 1 item\n"
    gone = annoflow("item", "archive", "c.png")
    assert gone.code == 3 and over_http("olga", "item", "archive", "c.png") == gone


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_files_that_belong_together_come_in_alike(
    road: Stage, photos: Path, annoflow, over_http, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    (tmp_path / "voc/deep").mkdir(parents=True)
    (tmp_path / "voc/deep/b.xml").write_text(VOC)
    (tmp_path / "voc/none.xml").write_text("no XML")
    (tmp_path / "yolo/images").mkdir(parents=True)
    (tmp_path / "yolo/labels").mkdir()
    (tmp_path / "yolo/images/b.png").write_bytes(b"large")
    (tmp_path / "yolo/labels/b.txt").write_text("0 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.5 0.5\n")
    (tmp_path / "yolo/data.yaml").write_text("names: [car]\ntrain: images\n")
    image = {"id": 4, "file_name": "b.png", "width": 40, "height": 30}
    (tmp_path / "images.json").write_text(
        json.dumps({"images": [image], "categories": [{"id": 1, "name": "car"}], "annotations": []})
    )
    (tmp_path / "results.json").write_text(json.dumps([{"image_id": 4, "category_id": 1, "bbox": [3, 3, 9, 9]}]))
    for words, new in (
        (("voc",), 1),
        (("yolo", "--model", "m"), 1),
        (("yolo/data.yaml", "--model", "n"), 1),
        (("results.json", "--images", "images.json", "--model", "o"), 1),
    ):
        first = over_http("olga", "import", "p", *words)
        assert f"{new} annotation came in" in first.out, (words, first)
        assert over_http("olga", "import", "p", *words, "--json") == annoflow("import", "p", *words, "--json")


def test_what_managers_do_is_done_and_printed_alike(
    road: Stage, annoflow, over_http, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    there = partial(over_http, "olga")
    for run in (annoflow, there):
        assert run("task", "pause", "p:cars").out == "paused p:cars\n"
        assert "paused" in annoflow("task", "show", "p:cars").out
        assert run("task", "resume", "p:cars").out == "resumed p:cars\n"
        assert run("task", "close", "p:qa").out == "closed p:qa\n"
        assert "closed" in annoflow("task", "show", "p:qa").out
        assert run("task", "reopen", "p:qa").out == "re-opened p:qa\n"
        assert "closed" not in annoflow("task", "show", "p:qa").out
    forth, back = ("bo@example.org", "ann@example.org"), ("ann@example.org", "bo@example.org")
    for run, (old, new) in ((annoflow, forth), (there, back), (annoflow, forth)):
        told = run("task", "reassign", "p:cars", old, new, "--dry-run").out
        done = run("task", "reassign", "p:cars", old, new).out
        assert "nothing is done yet: leave out --dry-run to do it" in told
        assert done.startswith("done: ")
        assert told.splitlines()[1:-1] == done.splitlines()[1:]
    refused = annoflow("task", "clear", "p:cars")
    assert (refused.code, "--status, --where or --folder" in refused.err) == (3, True)
    for run in (annoflow, there):
        road.claim("quinn", "qa")
        assert run("item", "release", "a.png", "--dry-run").out == "would end the claim of quinn@example.org in qa\n"
        assert run("item", "release", "a.png").out == "ended the claim of quinn@example.org in qa\n"
        assert run("item", "release", "a.png").code == 3
        road.claim("quinn", "qa")
        issue = road.flag("quinn", "qa", "cars", "a.png")
        assert run("issue", "dismiss", issue, "--dry-run").out.startswith(
            f"would dismiss issue {issue}: missing, on a.png"
        )
        assert road.issues()[issue] == "open"
        assert run("issue", "dismiss", issue).out == f"dismissed issue {issue}\n"
        assert road.issues()[issue] == "dismissed"
    everything = annoflow("task", "add", "p:cars", "--where", '{"name": "none.png"}').out
    assert everything.splitlines()[0] == "0 items"
    assert "p:cars, p:qa" in annoflow("task", "pause", "p").err
    monkeypatch.setattr(requests, "MOST", 0)
    dealing = ("task", "redistribute", "p:cars", "--to", forth[1])
    assert there(*dealing, "--dry-run") == annoflow(*dealing, "--dry-run")
    assert there(*dealing).out == annoflow(*dealing).out == "1 item\ndone: nothing\n"


def test_items_are_sent_and_erased_alike(
    road: Stage, annoflow, over_http, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    there = partial(over_http, "olga")
    sending = ("item", "send", "a.png", "cars")
    assert there(*sending) == annoflow(*sending)
    assert there(*sending, "--json") == annoflow(*sending, "--json")
    assert annoflow(*sending).out.endswith("nothing is sent yet: --yes sends it\n")
    assert there(*sending, "--yes").out.splitlines() == ["sent a.png from qa to cars", "withdrawn: qa"]
    assert road.row("cars", "a.png").state == "queued"
    erasing = ("item", "erase", "a.png")
    assert there(*erasing) == annoflow(*erasing)
    assert "archive first" in annoflow(*erasing).err
    annoflow("item", "archive", "a.png", "b.png")
    assert there(*erasing) == annoflow(*erasing)
    told = annoflow(*erasing).out
    assert there(*erasing, "--yes").out.startswith(told.splitlines()[0].replace("would erase", "erased"))
    assert (there(*erasing), annoflow(*erasing).code) == (annoflow(*erasing), 3)
    assert there("pipeline", "migrate", "p", "--dry-run") == annoflow("pipeline", "migrate", "p", "--dry-run")
    assert there("pipeline", "migrate", "p", "--json") == annoflow("pipeline", "migrate", "p", "--json")
