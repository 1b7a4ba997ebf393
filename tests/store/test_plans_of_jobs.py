"""Lists of jobs, snapshots and deploys are read by index, however many there are of other projects."""

import pytest
from explaining import scans
from sqlalchemy import Engine
from stage import Stage

from pipelines import REVIEWED
from workflow_core.store.data import deploys
from workflow_core.store.database.dialect import run
from workflow_core.store.exchange import exports, jobs

ROWS = 20_000
COUNT = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
EACH = "SELECT CASE WHEN i % 1000 = 0 THEN 1 ELSE 2 END"
FILLED = (
    f"""INSERT INTO export (pipeline_id, exit, uri, items, annotations, at)
        {COUNT} {EACH}, 'approved', '/e/' || i, 1, 1, 0 FROM n""",
    f"""INSERT INTO deploy (pipeline_id, version_id, at, file, files)
        {COUNT} {EACH}, 1, 0, 'p', '{{}}' FROM n""",
    f"""INSERT INTO job (project_id, actor_id, kind, about, done, faults, attempts, created_at, outcome, ended_at)
        {COUNT} {EACH}, 1, 'sync', '{{}}', 0, '[]', 1, 0,
        CASE WHEN i < {ROWS} THEN 'done' END, CASE WHEN i < {ROWS} THEN 0 END FROM n""",
    "ANALYZE",
)


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """Twenty thousand of each, most of them of another pipeline and project."""
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.deploy(REVIEWED.replace("pipeline: p", "project: other\npipeline: q"))
    with stage.session() as session:
        for statement in FILLED:
            run(session, statement)
    return stage


def test_lists_of_jobs_exports_and_deploys_are_read_by_index_from_wherever_they_go_on(stage: Stage) -> None:
    with stage.session() as session, scans(session, sorts=True) as found:
        for before in (None, ROWS // 2):
            part = {"before": before, "limit": 5}
            assert len(jobs.of_project(session, project_id=1, **part)) == 5
            assert len(exports.of_pipeline(session, pipeline_id=1, **part)) == 5
            assert len(deploys.of_pipeline(session, pipeline_id=1, **part)) == 5
        assert deploys.last(session, pipeline_id=1) is not None
        assert jobs.find(session, id=ROWS) is not None and exports.find(session, id=ROWS) is not None
        assert exports.keep(session, exports.find(session, id=1000)[0]).id == 1000
        assert jobs.waiting(session, now=stage.now)
        assert jobs.take(session, holder="a", until=stage.now, now=stage.now).id == ROWS
    assert found == []
