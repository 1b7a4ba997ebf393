"""Pipeline versions in tables: nodes, routes and branches."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import insert
from sqlmodel import Session, col, select

from workflow_core.pipeline import compiled
from workflow_core.store.database.dialect import run, run_many
from workflow_core.store.models import (
    Branch,
    Entry,
    Node,
    Pipeline,
    PipelineVersion,
    Review,
    Route,
)
from workflow_core.store.models.task_items import OPEN

_STORED: TypeAdapter[compiled.Pipeline] = TypeAdapter(compiled.Pipeline)


def to_document(pipeline: compiled.Pipeline) -> dict[str, Any]:
    """Return a compiled pipeline as a JSON document."""
    return asdict(pipeline)


def from_document(document: Mapping[str, Any]) -> compiled.Pipeline:
    """Read what `to_document` wrote."""
    return _STORED.validate_python(document)


def find(session: Session, *, pipeline_id: int, digest: str) -> PipelineVersion | None:
    """Return the version of that content, if it was ever deployed."""
    return session.exec(
        select(PipelineVersion).where(PipelineVersion.pipeline_id == pipeline_id, PipelineVersion.digest == digest)
    ).first()


def follow(
    session: Session, pipeline: Pipeline, spec: compiled.Pipeline, *, tasks: Mapping[str, int], now: datetime
) -> tuple[PipelineVersion, bool]:
    """Let a pipeline be of the version of this content; returns that, and whether it is new. Items on the way stay.

    `tasks` gives the row of each of its tasks by name.
    """
    there = find(session, pipeline_id=pipeline.id, digest=spec.digest)
    version = there or add(session, pipeline_id=pipeline.id, compiled=spec, tasks=tasks, now=now)
    if from_document(version.compiled) != spec:
        version.compiled = to_document(spec)
    pipeline.version_id = version.id
    return version, there is None


def add(
    session: Session,
    *,
    pipeline_id: int,
    compiled: compiled.Pipeline,
    tasks: Mapping[str, int],
    now: datetime,
) -> PipelineVersion:
    """Write a new version; `tasks` gives the row of each of its tasks by name."""
    version = PipelineVersion(
        pipeline_id=pipeline_id, digest=compiled.digest, compiled=to_document(compiled), deployed_at=now
    )
    session.add(version)
    session.flush()
    nodes = _add_nodes(session, version.id, compiled, tasks)
    routes = [
        {"version_id": version.id, "task_id": tasks[task.name], "status": status, "node_id": nodes[to.kind, to.name]}
        for task in compiled.tasks.values()
        for status, targets in task.routes.items()
        for to in targets
    ]
    branches = [
        {"join_id": nodes["task", task.name], "task_id": tasks[name], "number": number}
        for task in compiled.tasks.values()
        for number, branch in enumerate(task.branches)
        for name in branch
    ]
    reviews = [
        {"version_id": version.id, "qa_task_id": tasks[task.name], "task_id": tasks[name]}
        for task in compiled.tasks.values()
        for name in task.reviews
    ]
    for table, new in ((Route, routes), (Branch, branches), (Review, reviews)):
        if new:
            session.connection().execute(insert(table), new)
    overflows = [
        {"node": nodes["task", task.name], "overflow": nodes[task.on_max_visits.kind, task.on_max_visits.name]}
        for task in compiled.tasks.values()
        if task.on_max_visits
    ]
    if overflows:
        run_many(session, "UPDATE node SET overflow_id = :overflow WHERE id = :node", overflows)
    return version


def add_pipeline(session: Session, *, project_id: int, dataset_id: int, name: str, now: datetime) -> None:
    """Make a pipeline without a version, unless somebody else has just made it."""
    run(
        session,
        """
        INSERT INTO pipeline (project_id, dataset_id, name, created_at) VALUES (:project, :dataset, :name, :now)
        ON CONFLICT (project_id, name) DO NOTHING
        """,
        project=project_id,
        dataset=dataset_id,
        name=name,
        now=now,
    )


def task_ids(session: Session, *, version_id: int | None) -> set[int]:
    """Return the tasks of a version."""
    nodes = session.exec(select(Node.task_id).where(Node.version_id == version_id, Node.kind == "task"))
    return {task for task in nodes if task is not None}


def followed(session: Session, *, pipeline_id: int) -> Sequence[PipelineVersion]:
    """Return the versions of a pipeline that items on their way follow."""
    on_the_way = select(Entry.version_id).where(Entry.pipeline_id == pipeline_id, col(Entry.exit).is_(None))
    return session.exec(select(PipelineVersion).where(col(PipelineVersion.id).in_(on_the_way))).all()


COMING = """
    EXISTS (
        SELECT 1 FROM entry e JOIN node n ON n.version_id = e.version_id
        WHERE e.pipeline_id = task.pipeline_id AND e.exit IS NULL AND n.task_id = task.id
    )
"""
"""Whether an item is on its way that could still come to a task."""
THERE = f"""
    EXISTS (
        SELECT 1 FROM task_item ti
        WHERE ti.task_id = task.id AND ti.{OPEN}
    )
"""
"""Whether there is something to do in a task."""


def of_item(session: Session, *, item_id: int) -> Sequence[tuple[Entry, PipelineVersion]]:
    """Return how an item stands in each pipeline that it entered, with the version that it follows there."""
    query = select(Entry, PipelineVersion).join(PipelineVersion, col(PipelineVersion.id) == col(Entry.version_id))
    return session.exec(query.where(Entry.item_id == item_id).order_by(col(Entry.id))).all()


def close_left(session: Session, *, now: datetime) -> None:
    """Close tasks that are in no present version once no item could still come to them; open them if one comes back.

    What a manager has closed stays closed.
    """
    removed = run(
        session,
        """
        SELECT id, closed_by_deploy FROM task
        WHERE pipeline_id IS NOT NULL AND (closed_at IS NULL OR closed_by_deploy) AND archived_at IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM pipeline p JOIN node n ON n.version_id = p.version_id
            WHERE p.id = task.pipeline_id AND n.task_id = task.id
        )
        """,
    ).all()
    if left := ", ".join(str(id) for id, closed in removed if not closed):
        change = "closed_at = :now, closed_by_deploy = TRUE"
        run(session, f"UPDATE task SET {change} WHERE id IN ({left}) AND NOT ({COMING} OR {THERE})", now=now)
    if closed := ", ".join(str(id) for id, closed in removed if closed):
        change = "closed_at = NULL, closed_by_deploy = FALSE"
        run(session, f"UPDATE task SET {change} WHERE id IN ({closed}) AND {THERE}")


def _add_nodes(
    session: Session, version_id: int, compiled: compiled.Pipeline, tasks: Mapping[str, int]
) -> dict[tuple[str, str], int]:
    """Write the nodes of a version, and return them by kind and name."""
    of_tasks = [
        {"name": task.name, "task_id": tasks[task.name], "max_visits": task.max_visits, "is_join": bool(task.branches)}
        for task in compiled.tasks.values()
    ]
    plain = {"task_id": None, "max_visits": None, "is_join": False, "version_id": version_id}
    rows = [plain | {"kind": "task"} | one for one in of_tasks]
    rows += [plain | {"kind": "router", "name": name} for name in compiled.routers]
    rows += [plain | {"kind": "exit", "name": name} for name in compiled.exits]
    session.connection().execute(insert(Node), rows)
    written = session.exec(select(Node.kind, Node.name, Node.id).where(Node.version_id == version_id))
    return {(kind, name): id for kind, name, id in written}


def start_nodes(session: Session, version: PipelineVersion) -> list[int]:
    """Return the nodes at which items enter a version."""
    start = from_document(version.compiled).start
    return list(
        session.exec(
            select(Node.id).where(Node.version_id == version.id, Node.kind == "task", col(Node.name).in_(start))
        )
    )


def task_node(session: Session, *, version_id: int, task_id: int) -> int | None:
    """Return the node of a task in a version; None where the version does not have it."""
    return session.exec(select(Node.id).where(Node.version_id == version_id, Node.task_id == task_id)).first()


def branch_of(session: Session, *, version_id: int, task_id: int | None) -> tuple[int, int] | None:
    """Return the branch that a task lies in, as its join's node and its number; None outside forks."""
    found = session.exec(
        select(Branch.join_id, Branch.number)
        .join(Node, col(Node.id) == col(Branch.join_id))
        .where(Node.version_id == version_id, Branch.task_id == task_id)
    ).first()
    return None if found is None else (found[0], found[1])
