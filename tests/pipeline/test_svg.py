"""The picture of a pipeline: well-formed whatever the names are, complete, and true to the counts."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.pipeline.test_drawing import FILES, HERE, compiled
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.drawing.elements import START, Edge, draw, join_of
from workflow_core.pipeline.drawing.svg import Counts, svg
from workflow_core.pipeline.drawing.traffic import Move, traffic

SVG = "{http://www.w3.org/2000/svg}"
OK = sorted((HERE / "golden" / "ok").glob("*.yaml"))


@pytest.fixture(scope="module")
def dashcam() -> Pipeline:
    return compiled(FILES[-1])


def edge(pipeline: Pipeline, source: str, target: str) -> Edge:
    return next(one for one in draw(pipeline).edges if (one.source, one.target) == (source, target))


@pytest.mark.parametrize("path", [*FILES, *OK], ids=lambda path: path.stem)
def test_every_node_has_its_shape_and_all_of_it_lies_inside(path: Path) -> None:
    pipeline = compiled(path)
    root = ElementTree.fromstring(svg(pipeline))
    assert root.tag == f"{SVG}svg" and root.find(f"{SVG}style") is not None
    shapes = [str(group.get("class")).split()[1] for group in root.iter(f"{SVG}g")]
    assert sorted(shapes) == sorted(node.shape for node in draw(pipeline).nodes)
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(str(text.get("x"))) <= width and 0 <= float(str(text.get("y"))) <= height
    said = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    for label in {label for one in draw(pipeline).edges if not one.quiet for label in one.labels}:
        assert label in said


def test_a_picture_asks_for_nothing_from_outside(dashcam: Pipeline) -> None:
    assert not re.search(r"href|<script|@import|url\((?!#)", svg(dashcam))


def test_tasks_lead_to_their_addresses_and_issues_return_on_dotted_lines(dashcam: Pipeline) -> None:
    issues = {("qa", "cars"): 2, ("qa", "elsewhere"): 1}
    drawn = svg(dashcam, links={"cars": "/items?task=cars&more=1"}, notes={"cars": "2 items"}, issues=issues)
    assert '<a href="/items?task=cars&amp;more=1"><g class="node annotation"><title>cars: 2 items</title>' in drawn
    assert drawn.count("<a ") == 1
    assert 'role="group"' in drawn  # an image would hide its links
    assert "redo-cars · 2 issues" in drawn
    assert "elsewhere" not in drawn
    assert svg(dashcam, issues={("qa", "signs"): 2}).count(" diversion") == svg(dashcam).count(" diversion") + 1


def test_what_an_item_did_not_pass_is_pale(dashcam: Pipeline) -> None:
    nodes = len(draw(dashcam).nodes)
    assert svg(dashcam, passed={"cars", "signs"}).count('<g class="unused">') == nodes - 2


def test_moves_are_counted_through_routers_and_diversions(dashcam: Pipeline) -> None:
    moves = [
        Move("buildings", "completed", ("qa",), 6),
        Move("buildings", "completed", ("accepted",), 3),
        Move("qa", "redo-cars", ("cars",), 2),
        Move("qa", "redo-cars", ("expert",), 1),
        Move("gone", "completed", ("cars",), 5),
    ]
    counts = traffic(draw(dashcam), moves, 20)
    assert counts[edge(dashcam, START, "cars"), ""] == 20
    assert counts[edge(dashcam, "buildings", "spot-check"), "completed"] == 9
    assert counts[edge(dashcam, "spot-check", "qa"), ""] == 6
    assert counts[edge(dashcam, "spot-check", "accepted"), ""] == 3
    assert counts[edge(dashcam, "qa", "cars"), "redo-cars"] == 3
    assert counts[edge(dashcam, "cars", "expert"), ""] == 1


def test_an_item_that_a_fork_sends_two_ways_went_into_the_fork_once() -> None:
    pipeline = compiled(HERE / "golden" / "ok" / "fork-bounded-in-one-branch.yaml")
    fork = next(node.name for node in draw(pipeline).nodes if node.shape == "fork")
    moves = [
        Move("cars", "completed", ("people", "signs"), 4),
        Move("signs", "completed", (join_of("qa"),), 3),
        Move("people", "completed", (join_of("qa"), "qa"), 2),
    ]
    counts = traffic(draw(pipeline), moves, 9)
    assert counts[edge(pipeline, "cars", fork), "completed"] == 4
    assert counts[edge(pipeline, fork, "signs"), ""] == counts[edge(pipeline, fork, "people"), ""] == 4
    assert counts[edge(pipeline, "signs", join_of("qa")), "completed"] == 3
    assert counts[edge(pipeline, join_of("qa"), "qa"), ""] == 2


def test_counts_stand_beside_their_ways_and_what_was_discarded_on_its_task(dashcam: Pipeline) -> None:
    ways = traffic(draw(dashcam), [Move("cars", "completed", ("signs",), 7)], 9)
    drawn = svg(dashcam, Counts(9, {"cars": "9 items"}, ways, {"cars": 2}))
    assert "completed <tspan>7</tspan>" in drawn and "completed <tspan>0</tspan>" in drawn
    assert "✕ 2" in drawn and ">9 items<" in drawn
    assert drawn.count(" unused") < svg(dashcam, Counts(9, {}, {})).count(" unused")
    assert " unused" not in svg(dashcam)


def test_no_word_of_a_way_stands_on_anothers_however_long_a_status_is(tmp_path: Path) -> None:
    long = "for-a-second-look-by-an-expert-of-the-northern-district"
    qa = f"{{type: qa, assignees: [q@example.org], extra_statuses: [{long}], on: {{{long}: expert}}}}"
    told = f"""
pipeline: p
dataset: d
tasks:
  cars: {{type: annotation, recipe: {{labels: [car]}}, assignees: [a@example.org], on: {{completed: qa}}}}
  qa: {qa}
  expert: {{type: qa, assignees: [e@example.org]}}
"""
    (tmp_path / "p.yaml").write_text(told)
    drawn = svg(compiled(tmp_path / "p.yaml"))
    words = re.findall(r'<text class="label" x="([\d.]+)" y="([\d.]+)">([^<]+)<', drawn)
    places = {(float(x), float(y), len(word) * 6.3) for x, y, word in words}
    assert len(places) == 4
    for (x, y, width), (ox, oy, other) in combinations(places, 2):
        assert abs(y - oy) >= 12 or abs(x - ox) * 2 >= width + other
