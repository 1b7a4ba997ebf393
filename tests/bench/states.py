"""States to start from, filled by a few bulk statements: a pipeline, its items, their task items and history.

`cars` and `signs` are annotated one after the other, `qa` reviews both; one reviewer annotates signs as well.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from sqlmodel import Session

from tests.bench.beds import Fill
from workflow_core.services.pipelines import deployment
from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.database.engine import Engine, session_scope

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

PIPELINE = b"""
project: bench
pipeline: bench
dataset: frames
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: {ann@example.org: 60, bo@example.org: 40}
    on: {completed: signs}
  signs:
    type: annotation
    recipe: {labels: [sign]}
    assignees: {cy@example.org: 60, di@example.org: 40}
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org, cy@example.org]
"""


EARLIER = 1_000
"""Numbers left to the events of the deploy."""


def submitted(items: int, *, task: str, status: str) -> Fill:
    """Return what fills a database with items that all have a status in a task, not yet routed."""
    return partial(_fill, items=items, task=task, status=status)


def queued(items: int, *, task: str) -> Fill:
    """Return what fills a database with items that are all to be done in a task."""
    return partial(_fill, items=items, task=task, status=None)


def empty(engine: Engine) -> None:
    """Deploy the pipeline, no more."""
    with session_scope(engine) as session:
        deploy(session, PIPELINE)


def deploy(session: Session, text: bytes) -> None:
    """Deploy a pipeline that reads no files."""
    deployment.deploy(session, text=text, file="bench.yaml", read=_nothing, actor=None, now=NOW)


def _nothing(path: str) -> bytes:
    raise FileNotFoundError(path)


def _fill(engine: Engine, *, items: int, task: str, status: str | None) -> None:
    empty(engine)
    with session_scope(engine) as session:
        task_id = run(session, "SELECT id FROM task WHERE name = :name", name=task).scalar_one()
        first, second = run(
            session, "SELECT id, person_id FROM assignment WHERE task_id = :task ORDER BY id", task=task_id
        )
        share = f"CASE WHEN n.i % 5 < 3 THEN {first.id} ELSE {second.id} END"
        who = f"CASE WHEN n.i % 5 < 3 THEN {first.person_id} ELSE {second.person_id} END"
        values = {"now": NOW, "task": task_id} | ({} if status is None else {"status": status})
        for statement in _statements(numbers(session, items), items, share, who, has_status=status is not None):
            run(session, statement, **{name: value for name, value in values.items() if f":{name}" in statement})
        follow_keys(session, "item", "entry", "event", "task_item")


def follow_keys(session: Session, *tables: str) -> None:
    """Let PostgreSQL go on with the keys that follow those which were given."""
    for table in tables if is_postgres(session) else ():
        highest = f"(SELECT max(id) FROM {table})"
        run(session, f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest})")


def numbers(session: Session, items: int) -> str:
    """Return the SQL of the table `n` with the numbers `i` from 1."""
    if is_postgres(session):
        return f"generate_series(1, {items}) AS n(i)"
    return f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {items}) SELECT i FROM n) n"


def _statements(numbers: str, items: int, share: str, who: str, *, has_status: bool) -> Iterator[str]:
    yield f"""
        INSERT INTO item (id, dataset_id, folder, name, uri, meta, created_at)
        SELECT n.i, 1, '/day-' || (n.i / 1000), 'frame-' || n.i || '.jpg', 's3://frames/' || n.i || '.jpg',
               '{{"camera"\\: 41}}', :now FROM {numbers}"""
    yield f"""
        INSERT INTO entry (id, pipeline_id, item_id, version_id, created_at)
        SELECT n.i, 1, n.i, 1, :now FROM {numbers}"""
    columns = "id, at, verb, item_id, task_id, entry_id, assignment_id, actor_id, status, visit"
    yield f"""
        INSERT INTO event ({columns})
        SELECT {EARLIER} + n.i, :now, 'placed', n.i, :task, n.i, {share}, NULL, NULL, 1 FROM {numbers}"""
    if has_status:
        yield f"""
            INSERT INTO event ({columns})
            SELECT {EARLIER + items} + n.i, :now, 'submitted', n.i, :task, n.i, {share}, {who}, :status, 1
            FROM {numbers}"""
    row = f"'submitted', :status, 'pending', {EARLIER + items} + n.i, TRUE, 1"
    yield f"""
        INSERT INTO task_item (task_id, item_id, entry_id, assignment_id, since, visit, rank, position,
                               state, status, routing, status_event_id, begun, claim_no)
        SELECT :task, n.i, n.i, {share}, :now, 1, 0, 0, {row if has_status else "'queued', NULL, NULL, NULL, FALSE, 0"}
        FROM {numbers}"""
