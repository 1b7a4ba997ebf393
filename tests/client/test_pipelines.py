"""Pipelines are deployed from files of the machine that the client is on, with all that they name."""

from collections.abc import Callable
from pathlib import Path

import pytest
from stage import Stage

from workflow_core.client import Annoflow
from workflow_core.client.bundles import bundle
from workflow_core.errors import InvalidInput, PipelineInvalid, Stale

PIPELINE = """
pipeline: lane
dataset: lane
tasks:
  cars: {type: annotation, recipe: recipes/cars.yaml, assignees: [ann@example.org], on: {completed: qa}}
  qa: {type: qa, recipe: recipes/cars.yaml, assignees: [quinn@example.org]}
"""
RECIPE = "labels: [car]\ninstructions: guide.pdf\n"


@pytest.fixture
def lane(tmp_path: Path) -> Path:
    """A pipeline, whose recipe beside it names a PDF; and a file in its folder that is nobody's business."""
    (tmp_path / "lane/recipes").mkdir(parents=True)
    (tmp_path / "lane/recipes/cars.yaml").write_text(RECIPE)
    (tmp_path / "lane/recipes/guide.pdf").write_bytes(b"%PDF-1.7\n\xff")
    (tmp_path / "lane/secrets").write_text("s3cret")
    (tmp_path / "lane/pipeline.yaml").write_text(PIPELINE)
    return tmp_path / "lane/pipeline.yaml"


def test_a_file_is_planned_deployed_and_kept_with_all_that_it_names(
    stage: Stage, client_of: Callable[..., Annoflow], lane: Path
) -> None:
    stage.add_member("olga", "owner")
    olga = client_of("olga")
    (project,) = olga.projects()
    assert [one.severity for one in olga.check(lane).findings] == []
    planned = olga.plan(project.id, lane)
    assert (planned.new_version, planned.number) == (True, 0)
    done = olga.deploy(project.id, lane, number=planned.number)
    assert (done.new_version, done.new_tasks) == (True, ("cars", "qa"))
    assert not olga.deploy(project.id, lane).new_version
    lane.write_text(PIPELINE.replace("qa: {type: qa,", "qa: {type: qa, priority: 5,"))
    olga.deploy(project.id, lane, number=done.number)
    with pytest.raises(Stale):
        olga.deploy(project.id, lane, number=done.number, migrate=True)
    newest, first = olga.versions(done.pipeline_id)
    assert (newest.version, newest.by) == (first.version, "olga@example.org")
    kept = olga.version(done.pipeline_id, first.number).files
    assert (set(kept.texts), set(kept.encoded)) == ({"pipeline.yaml", "recipes/cars.yaml"}, {"recipes/guide.pdf"})
    again = olga.deploy(project.id, kept)
    assert (again.number, again.new_version) == (newest.number + 1, False)
    lane.write_text(PIPELINE.replace("completed: qa", "completed: quality"))
    with pytest.raises(PipelineInvalid) as raised:
        olga.deploy(project.id, lane)
    assert raised.value.findings[0]["code"] == "AF020"


@pytest.mark.parametrize("named", ["../elsewhere", "/etc/hosts", "pictures", "x" * 300, "a\0b", "none.yaml"])
def test_nothing_is_sent_but_files_below_the_pipelines_folder(tmp_path: Path, named: str) -> None:
    (tmp_path / "elsewhere").write_text("x")
    (tmp_path / "here/pictures").mkdir(parents=True)
    (tmp_path / "here/p.yaml").write_text(f"{{a: {named!r}, b: [p.yaml]}}".replace("\\x00", "\\0").replace("'", '"'))
    file = tmp_path / "here/p.yaml"
    assert set(bundle(file.parent, file.name, file.read_bytes()).texts) == {"p.yaml"}


def test_a_file_that_cannot_be_read_as_yaml_is_sent_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "c.md").write_text("# words")
    assert bundle(tmp_path, "p.yaml", b"a: {b: c.md").texts["p.yaml"] == "a: {b: c.md"


def test_what_reads_where_nothing_is_open_is_refused_by_the_server(
    stage: Stage, client_of: Callable[..., Annoflow], lane: Path
) -> None:
    stage.add_member("olga", "owner")
    lane.write_text(PIPELINE + "source: {uri: /etc}\n")
    with pytest.raises(InvalidInput, match="/etc"):
        client_of("olga").deploy(1, lane)
