"""Two projects may each have a pipeline of one name: what Prefect shows and hears of the one is not of the other."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Engine
from stage import Stage

from flows import windows
from workflow_core.services.contributors import work
from workflow_core.services.pipelines import entries
from workflow_core.services.running import moves
from workflow_core.store.models import Item, Pipeline

TEXT = """
project: {}
pipeline: road
tasks:
  cars: {{type: annotation, recipe: {{labels: [car]}}, assignees: [ann@example.org], on: {{completed: done}}}}
exits: {{done: {{}}}}
"""


def test_each_has_an_artifact_of_its_own_and_is_finished_by_itself(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(engine)
    first, second = (stage.deploy(TEXT.format(project)).pipeline_id for project in ("street", "rail"))
    with stage.session() as session:
        for pipeline in (session.get_one(Pipeline, one) for one in (first, second)):
            session.add(Item(dataset_id=pipeline.dataset_id, name="1.jpg", created_at=stage.now))
            session.flush()
            entries.enter_new(session, pipeline=pipeline, now=stage.now)
    with stage.session() as session:
        ann = stage.person(session, "ann")
        work.submit(session, actor=ann, task_item_id=1, status="completed", now=stage.now)
    with stage.session() as session:
        moved = moves.advance(session, now=stage.now)

    shown: dict[str, Any] = {}
    finished: list[str] = []
    monkeypatch.setattr(windows, "create_table_artifact", lambda *, key, table, **_: shown.update({key: table}))
    monkeypatch.setattr(windows, "emit_event", lambda *_, resource, **__: finished.extend(resource.values()))
    windows._write_artifacts(engine, [first, second])
    assert [*shown.values()] == [[{"at": "done", "items": 1}], [{"at": "cars", "items": 1}]]
    assert finished == ["annoflow.pipeline.street/road"]
    assert windows.said(Counter(moved.arrivals)) == "road of street: done 1"
