"""Counts of task items: how many are in which state, per task and assignment, and what is still to come."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from sqlmodel import Session

from workflow_core.domain.progress import Counts, add_up
from workflow_core.domain.states import State
from workflow_core.store.allocation.parked import TAKER
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import is_postgres, listed, run
from workflow_core.store.models.task_items import OPEN

Share = tuple[int, int | None]
"""A task and one of its assignments; None is the pool."""


def by_share(session: Session, *, task_ids: Iterable[int]) -> dict[Share, Counts]:
    """Return the counts of every assignment, and of the pool, that has a task item in these tasks."""
    keys = listed(task_ids)
    states = ", ".join(f"sum(CASE WHEN state = '{state}' THEN items ELSE 0 END) AS {state}" for state in State)
    # What is alike is counted first, in the order of the index: a test for each task item would take four times as
    # long on SQLite.
    alike = "task_id, assignment_id, state, status, begun, visit, kept_by, parked"
    rows = run(
        session,
        f"""
        SELECT task_id, assignment_id, {states},
               sum(CASE WHEN begun OR visit > 1 OR kept_by IS NOT NULL THEN items ELSE 0 END) AS begun,
               sum(CASE WHEN parked IS NOT NULL THEN items ELSE 0 END) AS parked,
               sum(CASE WHEN kept_by = 'issue' THEN items ELSE 0 END) AS taken
        FROM (
            SELECT {alike}, count(*) AS items FROM task_item WHERE task_id IN ({keys}) GROUP BY {alike}
        ) alike GROUP BY task_id, assignment_id
        """,
    ).mappings()
    issues: dict[Share, int] = {}
    for task_id, assignment_id, unresolved in run(
        session,
        f"""
        WITH unresolved (id, owner_id) AS (
            SELECT id, task_item_id FROM issue WHERE state IN ('open', 'for_review')
            UNION SELECT id, qa_task_item_id FROM issue WHERE state IN ('open', 'for_review')
        )
        SELECT ti.task_id, ti.assignment_id, count(DISTINCT u.id)
        FROM unresolved u CROSS JOIN task_item ti
        WHERE ti.id = u.owner_id AND ti.task_id IN ({keys}) GROUP BY ti.task_id, ti.assignment_id
        """,
    ):
        issues[task_id, assignment_id] = int(unresolved)
    counts = {}
    for row in rows:
        share = (row["task_id"], row["assignment_id"])
        numbers = {name: int(row[name]) for name in (*State, "begun", "parked", "taken")}
        counts[share] = Counts(**numbers, unresolved_issues=issues.get(share, 0))
    return counts


def by_status(session: Session, *, task_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return how many items have each status, per task."""
    counts: dict[int, dict[str, int]] = {}
    for task_id, status, items in run(
        session,
        f"""
        SELECT task_id, status, sum(items) FROM (
            SELECT task_id, status, count(*) AS items FROM task_item
            WHERE task_id IN ({listed(task_ids)}) AND status IS NOT NULL
            GROUP BY task_id, assignment_id, state, status
        ) alike GROUP BY task_id, status ORDER BY task_id, status
        """,
    ):
        counts.setdefault(task_id, {})[status] = int(items)
    return counts


def to_come(session: Session, *, following: Mapping[int, int], version_id: int | None = None) -> dict[int, int]:
    """Return, per task, how many items are busy in the tasks before it and have not been in it; all, or a version's.

    `following` has for each task those ahead of it, a bit for each: the n-th is the n-th task of the mapping.
    """
    if not any(following.values()):
        return {}
    before = listed(task for task, ahead in following.items() if ahead)
    joined = "string_agg(CAST(task_id AS TEXT), ',')" if is_postgres(session) else "group_concat(task_id)"
    # + 0, or SQLite goes through all task items of the tasks instead of the few that are pending, and below through
    # all tasks for each item.
    own = "entry_id IS NOT NULL"
    if version_id is not None:
        own += f" AND {int(version_id)} = (SELECT e.version_id FROM entry e WHERE e.id = entry_id)"
    busy = f"""
        WITH busy AS (
            SELECT item_id, {joined} AS tasks FROM (
                SELECT item_id, task_id FROM task_item WHERE task_id IN ({before}) AND {OPEN} AND {own}
                UNION ALL
                SELECT item_id, task_id FROM task_item WHERE task_id + 0 IN ({before}) AND routing = 'pending' AND {own}
                UNION ALL
                SELECT item_id, task_id FROM task_item
                WHERE task_id IN ({before}) AND parked IS NOT NULL AND state = 'submitted' AND {own}
            ) one GROUP BY item_id
        )
    """
    groups = run(session, f"{busy} SELECT tasks, count(*) FROM busy GROUP BY tasks").all()
    ahead = {tasks: reduce(or_, (following[int(task)] for task in tasks.split(","))) for tasks, _ in groups}
    sums = add_up(((ahead[tasks], items) for tasks, items in groups), len(following))
    coming = dict(zip(following, sums, strict=True))
    after = listed(task for task, items in coming.items() if items)
    bit = {task: 1 << place for place, task in enumerate(following)}
    for tasks, task, items in run(
        session,
        f"""
        {busy} SELECT busy.tasks, x.task_id, count(*) FROM busy JOIN task_item x ON x.item_id = busy.item_id
        WHERE x.task_id + 0 IN ({after}) AND x.state <> 'withdrawn' GROUP BY busy.tasks, x.task_id
        """,
    ):
        if ahead[tasks] & bit[task]:
            coming[task] -= items
    return coming


GONE = "gone"
"""Why a task item is stuck that lies with somebody who takes no work there any more; it is not parked."""
_TOLD = ", ".join(f"task_item.{name}" for name in ("id", "item_id", "task_id", "assignment_id", "status", "since"))


def stuck(
    session: Session, *, project_id: int, pipeline_id: int | None, after: Sequence[int | str] | None, limit: int
) -> list[dict[str, Any]]:
    """Return the task items that are parked, or lie with somebody who is gone, the oldest first.

    Those `after` a moment, in microseconds, and a task item.
    """
    where = "" if pipeline_id is None else "AND t.pipeline_id = :pipeline"
    values: dict[str, Any] = {} if pipeline_id is None else {"pipeline": pipeline_id}
    if after is not None:
        where += " AND (ti.since, ti.id) > (:since, :id)"
        values |= {"since": after[0], "id": after[1]}
    # CROSS, because SQLite keeps that order: first who is gone, instead of all that is queued.
    rows = run(
        session,
        f"""
        WITH stuck AS (
            SELECT {_TOLD}, parked AS why FROM task_item WHERE parked IS NOT NULL
            UNION ALL
            SELECT {_TOLD}, :gone
            FROM assignment s JOIN person p ON p.id = s.person_id JOIN task t ON t.id = s.task_id
            CROSS JOIN task_item
            WHERE task_item.task_id = s.task_id AND task_item.assignment_id = s.id
            AND NOT (s.active AND p.active) AND t.closed_at IS NULL AND task_item.parked IS NULL
            AND task_item.state IN ('queued', 'returned') AND (task_item.state = 'queued' OR NOT {TAKER})
        )
        SELECT ti.id AS task_item_id, ti.item_id, i.folder, i.name AS item, t.name AS task, pl.name AS pipeline,
               p.email AS assignee, ti.status, ti.why, ti.since
        FROM stuck ti JOIN task t ON t.id = ti.task_id JOIN item i ON i.id = ti.item_id
        LEFT JOIN pipeline pl ON pl.id = t.pipeline_id
        LEFT JOIN assignment s ON s.id = ti.assignment_id LEFT JOIN person p ON p.id = s.person_id
        WHERE t.project_id = :project {where} ORDER BY ti.since, ti.id LIMIT :limit
        """,
        gone=GONE,
        project=project_id,
        limit=limit,
        **values,
    ).mappings()
    return [{**row, "since": moment(row["since"])} for row in rows]
