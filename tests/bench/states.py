"""States to start from, filled by a few bulk statements: a pipeline, its items, their task items and history.

`cars` and `signs` are annotated one after the other, `qa` reviews both; one reviewer annotates signs as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from workflow_core.services.pipelines import deployment
from workflow_core.store.database.columns import micros
from workflow_core.store.database.dialect import is_postgres, json, run
from workflow_core.store.database.engine import Engine, session_scope

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

PIPELINE = """
project: bench
pipeline: bench
dataset: frames
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [CREW]
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
SPLIT = (
    PIPELINE.replace("completed: signs", "completed: split")
    + """
  lights:
    type: annotation
    recipe: {labels: [light]}
    assignees: [ed@example.org]
    on: {completed: qa}
routers:
  split:
    - {where: {metadata.camera: {lt: 10}}, to: lights}
    - {where: {folder: {glob: "/day-1*"}}, to: signs}
    - {sample: 50%, to: lights}
    - {else: signs}
"""
)
"""The same with a router between `cars` and what comes next."""
EARLIER = 1_000
"""Numbers left to the events of the deploy."""


@dataclass(frozen=True)
class State:
    """Items that have a status in a task, not yet routed; the first `queued` of them are still to be done there.

    With `before`, they all have a status in that task from an earlier time. There are so many `pipelines` alike, with
    the same number of items each, and so many people annotate `cars`.
    """

    items: int
    task: str = "cars"
    status: str = "completed"
    queued: int = 0
    before: str | None = None
    pipeline: str = PIPELINE
    pipelines: int = 1
    team: int = 2

    def fill(self, engine: Engine) -> None:
        """Fill a database."""
        crew = ", ".join(f"ann{number}@example.org" for number in range(self.team))
        with session_scope(engine) as session:
            for number in range(self.pipelines):
                text = self.pipeline.replace("CREW", crew)
                for name in ("pipeline: bench", "dataset: frames") if number else ():
                    text = text.replace(name, f"{name}-{number}")
                deploy(session, text.encode())
            for statement in self._statements(session) if self.items else ():
                run(session, statement)
            follow_keys(session, "item", "entry", "event", "task_item")

    def _statements(self, session: Session) -> Iterator[str]:
        numbered, now = numbers(session, self.items), micros(NOW)
        own = f"(1 + n.i % {self.pipelines})"
        yield f"""
            INSERT INTO item (id, dataset_id, folder, name, uri, meta, created_at)
            SELECT n.i, {own}, '/day-' || (n.i / 1000), 'frame-' || n.i || '.jpg', 's3://frames/' || n.i || '.jpg',
                   CAST('{{"camera": ' || (n.i % 50) || '}}' AS {json(session)}), {now} FROM {numbered}"""
        yield f"""
            INSERT INTO entry (id, pipeline_id, item_id, version_id, created_at)
            SELECT n.i, {own}, n.i, {own}, {now} FROM {numbered}"""
        places = [(self.task, self.queued, "pending")]
        if self.before:
            places.insert(0, (self.before, 0, "routed"))
        for number, (name, queued, routing) in enumerate(places):
            placed, submitted = (f"{EARLIER + (2 * number + step) * self.items} + n.i" for step in (0, 1))
            task, share = _there(session, name)
            who = f"(SELECT person_id FROM assignment WHERE id = {share})"
            columns = "id, at, verb, project_id, item_id, task_id, entry_id, assignment_id, actor_id, status, visit"
            yield f"""
                INSERT INTO event ({columns})
                SELECT {placed}, {now}, 'placed', 1, n.i, {task}, n.i, {share}, NULL, NULL, 1 FROM {numbered}"""
            yield f"""
                INSERT INTO event ({columns})
                SELECT {submitted}, {now}, 'submitted', 1, n.i, {task}, n.i, {share}, {who}, '{self.status}', 1
                FROM {numbered} WHERE n.i > {queued}"""
            for which, row in (
                (f"n.i <= {queued}", "'queued', NULL, NULL, NULL, FALSE, 0"),
                (f"n.i > {queued}", f"'submitted', '{self.status}', '{routing}', {submitted}, TRUE, 1"),
            ):
                yield f"""
                    INSERT INTO task_item (task_id, item_id, entry_id, assignment_id, since, visit, rank, position,
                                           state, status, routing, status_event_id, begun, claim_no)
                    SELECT {task}, n.i, n.i, {share}, {now}, 1, 0, 0, {row} FROM {numbered} WHERE {which}"""


def _there(session: Session, task: str) -> tuple[str, str]:
    """Return the SQL of the task of that name in the pipeline of an item, and of the assignment that has the item.

    A deploy numbers the assignments of a task one after the other.
    """
    found = """SELECT t.id, min(s.id), count(*) FROM task t JOIN assignment s ON s.task_id = t.id
    WHERE t.name = :name GROUP BY t.id ORDER BY t.id"""
    rows = run(session, found, name=task).all()
    which = f"CASE n.i % {len(rows)} " + " ".join(f"WHEN {n} THEN {{{n}}}" for n in range(len(rows))) + " END"
    tasks = which.format(*(key for key, _, _ in rows))
    return tasks, which.format(*(f"{first} + n.i / {len(rows)} % {count}" for _, first, count in rows))


def deploy(session: Session, text: bytes) -> None:
    """Deploy a pipeline that reads no files."""
    deployment.deploy(session, text=text, file="bench.yaml", read=_nothing, actor=None, now=NOW)


def _nothing(path: str) -> bytes:
    raise FileNotFoundError(path)


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
