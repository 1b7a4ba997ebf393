"""The report of a run: one file, safe whatever the names are, and true to the figures."""

import itertools
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from workflow_core.demo.frames import frames, write
from workflow_core.demo.report.outcome import IssueRow, Journey, Latency, Outcome, Picture, Step, TaskRow
from workflow_core.demo.report.page import page, write_report
from workflow_core.domain.measures.reports import Figures, as_rows
from workflow_core.pipeline.check import check
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.drawing.traffic import Move

EVIL = "<script>alert('x')</script>\"'&"


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    base = Path(__file__).parents[2] / "pipelines"
    text = (base / "dashcam.yaml").read_bytes()
    checked = check(text, file="dashcam.yaml", read=lambda path: (base / path).read_bytes())
    assert checked.pipeline is not None
    return checked.pipeline


def outcome(picture: Path, name: str = "frame-0001.jpg", who: str = "ann@example.org") -> Outcome:
    box = {"x": 10.0, "y": 10.0, "width": 40.0, "height": 30.0}
    area = {"outlines": [[[1, 1], [60, 2], [30, 40]], [[70, 1], [80, 1], [80, 9]]]}
    made = (("car", "box", box), ("sign", "polygon", area), ("x", "point", box))
    shapes = [{"label": label, "tool": tool, "geometry": geometry, "by": who} for label, tool, geometry in made]
    drawn = Picture(name, picture, name, shapes)
    start = datetime(2025, 1, 1, tzinfo=UTC)
    steps = (
        Step(start, "entered", task="cars"),
        Step(start + timedelta(seconds=2), "decided", who, "cars", name, 2),
    )
    return Outcome(
        pipeline=name,
        items=9,
        exits={"approved": 5, name: 3},
        elsewhere={"expert": 1},
        status_to_claimable=Latency(3.0, 40.5, 21),
        acknowledged=33,
        lost=0,
        moved_twice=0,
        differences=0,
        exported={f"exports/{name}": 5},
        seconds=12.5,
        tasks=(TaskRow("cars", "annotation", 9, 1, {"completed": 7, name: 1}, 2),),
        moves=(Move("cars", "completed", ("signs",), 7), Move("buildings", "completed", ("accepted",), 3)),
        gallery=(drawn,),
        journey=Journey(drawn, steps),
        loop=Journey(replace(drawn, flagged=(box, area)), (*steps, Step(start, "flagged", who, "cars", issue=name))),
        issues=(IssueRow(name, raised=4, fixed=6, reopened=2, approved=3, unresolved=1), IssueRow("sloppy", raised=1)),
        figures=tuple(as_rows([Figures(type="qa", task=name)])),
        people=tuple(as_rows([Figures(type="qa", task=name, person=who)])),
        changes=(name,),
        mover_gap_seconds=1.5,
        next_steps=((f"annoflow {name}", who),),
        remarks=(name,),
    )


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "frame.jpg"
    Image.new("RGB", (640, 360), (90, 120, 140)).save(path)
    return path


class Tags(HTMLParser):
    """Collects the tags and attributes of a page, and checks that they nest."""

    VOID = frozenset({"meta", "img", "input", "br", "path", "rect", "circle", "polygon"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    return tags


def test_the_json_object_has_exactly_its_keys(picture: Path) -> None:
    shown = json.loads(json.dumps(outcome(picture).as_json()))
    assert list(shown) == [
        "items", "exits", "elsewhere", "status_to_claimable_ms", "acknowledged", "lost", "moved_twice",
        "differences", "exported", "seconds", "issues", "figures", "changes",
    ]  # fmt: skip
    assert shown["status_to_claimable_ms"] == {"p50": 3.0, "p99": 40.5, "n": 21}
    assert shown["exits"] == {"approved": 5, "frame-0001.jpg": 3}


def test_the_report_asks_for_nothing_from_outside(picture: Path, pipeline: Pipeline) -> None:
    html = page(outcome(picture), pipeline)
    tags = parsed(html)
    for tag, attributes in tags.found:
        assert tag not in ("script", "link", "iframe", "object", "base", "form")
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href"):
            target = attributes.get(name) or "data:"
            assert target.startswith(("data:", "./", "file://", "#")), (tag, target)
    assert not re.search(r"url\((?!#)|@import", html)
    policy = next(a["content"] for t, a in tags.found if t == "meta" and a.get("http-equiv"))
    assert policy is not None and policy.startswith("default-src 'none'")


def test_hostile_names_stay_text(picture: Path, pipeline: Pipeline) -> None:
    html = page(outcome(picture, name=EVIL, who=EVIL), pipeline)
    assert "<script" not in html
    tags = parsed(html)
    assert not any(tag == "script" for tag, _ in tags.found)
    assert EVIL in "".join(tags.text)


def test_an_object_in_two_parts_is_one_drawing(picture: Path, pipeline: Pipeline) -> None:
    drawn = [
        (each.get("d") or "").split() for tag, each in parsed(page(outcome(picture), pipeline)).found if tag == "path"
    ]
    assert ["M1.0,1.0", "60.0,2.0", "30.0,40.0", "ZM70.0,1.0", "80.0,1.0", "80.0,9.0", "Z"] in drawn


def test_the_figures_of_the_run_are_on_the_page(picture: Path, pipeline: Pipeline) -> None:
    words = " ".join("".join(parsed(page(outcome(picture), pipeline)).text).split())
    told = ("8 of 9 items are through, 1 is still on the way", "3 ms", "40.5 ms", "33", "1.5 s", "12 s")
    for figure in (*told, "Reviewers flagged 5 faults; 2 times a fix was none"):
        assert figure in words


def test_what_is_counted_is_named_and_what_the_drawing_shows_has_a_legend(picture: Path, pipeline: Pipeline) -> None:
    words = " ".join("".join(parsed(page(outcome(picture), pipeline)).text).split())
    for told in (
        "9 items · 2 again",
        "9 items, 8 decisions",
        "completed 7",
        "of 10 moves",
        "Visits: an item counts once",
    ):
        assert told in words
    for told in ("a router: sends each item one way", "items that came round too often", "items discarded here"):
        assert told in words
    assert "decided by ann@example.org" in words and "cars frame-0001.jpg visit 2" in words


def test_the_drawing_is_never_wider_than_the_page(picture: Path, pipeline: Pipeline) -> None:
    html = page(outcome(picture), pipeline)
    drawing = next(a for tag, a in parsed(html).found if tag == "svg" and a.get("class") == "pipeline-graph")
    assert drawing["viewbox"] and "max-width: 100%" in html and "min-width: 4" not in html


def test_headings_are_in_order_and_every_picture_has_words(picture: Path, pipeline: Pipeline) -> None:
    tags = parsed(page(outcome(picture), pipeline))
    levels = [int(tag[1]) for tag, _ in tags.found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(attributes.get("alt") for tag, attributes in tags.found if tag == "img")
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(attributes["aria-labelledby"] in ids for tag, attributes in tags.found if tag == "section")


def test_thirty_frames_stay_below_five_megabytes(tmp_path: Path, pipeline: Pipeline) -> None:
    gallery = tuple(Picture(frame.name, write(frame, tmp_path), "approved", ()) for frame in frames(30, 1))
    plain = outcome(gallery[0].path)
    path = write_report(replace(plain, gallery=gallery), pipeline, tmp_path / "report.html")
    assert path.stat().st_size < 5_000_000
