"""Drawings, beside what they are drawn of; ANNOFLOW_UPDATE_GOLDEN=1 draws them anew."""

import os
import re
from pathlib import Path

import pytest

from workflow_core.pipeline.check import check
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.drawing import languages

HERE = Path(__file__).parent
FILES = [*sorted((HERE / "diagrams").glob("*.yaml")), HERE.parents[1] / "pipelines" / "dashcam.yaml"]


def compiled(path: Path) -> Pipeline:
    found = check(path.read_bytes(), file=path.name, read=lambda name: (path.parent / name).read_bytes())
    assert found.pipeline is not None, found.findings
    return found.pipeline


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize(("draw", "suffix"), [(languages.mermaid, ".mmd"), (languages.dot, ".dot")])
def test_a_pipeline_is_drawn_as_before(path: Path, draw: object, suffix: str) -> None:
    assert callable(draw)
    found, golden = draw(compiled(path)), HERE / "diagrams" / f"{path.stem}{suffix}"
    if os.environ.get("ANNOFLOW_UPDATE_GOLDEN"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((HERE / "golden" / "ok").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_task_router_and_way_is_in_the_drawing(path: Path) -> None:
    pipeline = compiled(path)
    text = languages.mermaid(pipeline)
    nodes = re.findall(r"^    n\d+[\[({]", text, re.MULTILINE)
    joins = sum(bool(task.branches) for task in pipeline.tasks.values())
    assert len(nodes) >= len(pipeline.tasks) + len(pipeline.routers) + joins
    texts = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)
    for name in (*pipeline.tasks, *pipeline.routers, *(s for task in pipeline.tasks.values() for s in task.routes)):
        assert name in texts
