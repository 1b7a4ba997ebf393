"""Journeys: an item in its pipeline, with all that it has there and where it could be sent, read at once."""

from functools import cache
from typing import Any

from sqlmodel import Session

from workflow_core.domain.work.managed import Managed
from workflow_core.domain.work.sending import Branch, Journey, Part, Target
from workflow_core.domain.work.states import State
from workflow_core.store.database.dialect import is_postgres, run

NOTHING = "CAST(NULL AS TEXT)"
BRANCHES = "LEFT JOIN (branch b JOIN node j ON j.id = b.join_id) ON b.task_id = {task} AND j.version_id = {version}"


def find(session: Session, found: Managed) -> Journey | None:
    """Return how the item of a task item is in its pipeline; None where that is outside pipelines."""
    if found.entry_id is None:
        return None
    there = run(session, _query(is_postgres(session)), entry=found.entry_id, item=found.item_id).all()
    [entry] = [row for row in there if row.what == "entry"]
    return Journey(
        entry_id=found.entry_id,
        item_id=found.item_id,
        exit=entry.name,
        held=entry.state,
        exported=bool(entry.yes),
        parts=[
            Part(row.id, row.name, State(row.state), row.routing, bool(row.yes), row.who, _branch(row), _keys(row))
            for row in there
            if row.what == "part"
        ],
        targets=[Target(row.id, row.name, row.what, _branch(row)) for row in there if row.what in ("task", "exit")],
    )


def _branch(row: Any) -> Branch | None:
    return None if row.join_id is None else (row.join_id, row.number)


def _keys(row: Any) -> list[int]:
    return [int(one) for one in (row.issues or "").split(",") if one]


@cache
def _query(postgres: bool) -> str:
    joined = "string_agg(CAST(x.id AS TEXT), ',')" if postgres else "group_concat(x.id, ',')"
    issues = f"""(
        SELECT {joined} FROM issue x WHERE x.state IN ('open', 'for_review')
        AND (x.task_item_id = task_item.id OR x.qa_task_item_id = task_item.id)
    )"""
    return f"""
        SELECT 'entry' AS what, e.id, e.exit AS name, e.held_exit AS state, e.exported_at IS NOT NULL AS yes,
               {NOTHING} AS routing, {NOTHING} AS who, CAST(NULL AS BIGINT) AS join_id, CAST(NULL AS BIGINT) AS number,
               {NOTHING} AS issues
        FROM entry e WHERE e.id = :entry
        UNION ALL
        SELECT 'part', task_item.id, t.name, task_item.state, task_item.parked IS NOT NULL, task_item.routing, p.email,
               b.join_id, b.number, {issues}
        FROM task_item JOIN entry e ON e.id = task_item.entry_id JOIN task t ON t.id = task_item.task_id
        LEFT JOIN assignment s ON s.id = task_item.assignment_id LEFT JOIN person p ON p.id = s.person_id
        {BRANCHES.format(task="task_item.task_id", version="e.version_id")}
        /* Only of items is there an index. */
        WHERE task_item.item_id = :item AND task_item.entry_id = :entry
        UNION ALL
        SELECT n.kind, n.id, n.name, NULL, NULL, NULL, NULL, b.join_id, b.number, NULL
        FROM node n {BRANCHES.format(task="n.task_id", version="n.version_id")}
        WHERE n.version_id = (SELECT version_id FROM entry WHERE id = :entry) AND n.kind <> 'router'
        ORDER BY 2
    """
