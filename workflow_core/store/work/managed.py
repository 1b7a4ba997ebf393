"""Task items as managers meet them: read at once, with all that decides what may be done."""

from collections.abc import Sequence
from functools import cache

from sqlmodel import Session

from workflow_core.domain.work.managed import Managed
from workflow_core.domain.work.states import State
from workflow_core.store.database.dialect import among, is_postgres, run

ISSUES = "SELECT x.id FROM issue x WHERE x.task_item_id = task_item.id AND x.state IN ('open', 'for_review')"
SENT_BY = """
    FROM event c JOIN task ct ON ct.id = c.task_id WHERE c.id = (
        SELECT p.cause_id FROM event p WHERE p.item_id = task_item.item_id AND p.task_id = task_item.task_id
        AND p.verb = 'placed' AND p.name IS NULL ORDER BY p.id DESC LIMIT 1
    )
"""
"""The status that led to a task item last."""


def find(session: Session, ids: Sequence[int], *, person_id: int | None = None) -> list[Managed]:
    """Return how task items stand, by their keys in order: those that there are; and the role of who asks, if any."""
    return _found(session, "task_item.id {these}", ids, person=person_id)


def of_items(session: Session, *, task_id: int, item_ids: Sequence[int]) -> list[Managed]:
    """Return how the task items stand that items have in a task."""
    return _found(session, "task_item.task_id = :task AND task_item.item_id {these}", item_ids, task=task_id)


def _found(session: Session, where: str, ids: Sequence[int], **values: int | None) -> list[Managed]:
    these, bound = among(session, ids)
    query = _query(where.format(these=these), is_postgres(session))
    values = {"person": None, **values}
    found = []
    for row in run(session, query, ids=bound, **values).mappings():
        row["state"], row["archived"] = State(row["state"]), bool(row["archived"])
        row["issues"] = [int(one) for one in (row["issues"] or "").split(",") if one]
        task, status = row.pop("sent_by_task"), row.pop("sent_by_status")
        row["sent_by"] = None if status is None else (task, status)
        found.append(Managed(**row))
    return found


@cache
def _query(where: str, postgres: bool) -> str:
    """Make the statement; what only a refusal tells is looked up where it will be told."""
    joined = "string_agg(CAST(o.id AS TEXT), ',' ORDER BY o.id)" if postgres else "group_concat(o.id, ',')"
    return f"""
        SELECT task_item.id, task_item.item_id, task_item.task_id, task_item.entry_id, t.project_id, i.name,
            t.name AS task, i.archived_at IS NOT NULL AS archived, task_item.state, task_item.status, task_item.routing,
            task_item.status_event_id, task_item.kept_by, task_item.kept_status, task_item.kept_event_id,
            task_item.parked, (
                SELECT m.role FROM membership m
                WHERE m.project_id = t.project_id AND m.person_id = CAST(:person AS BIGINT)
            ) AS role,
            CASE WHEN task_item.kept_by = 'issue' THEN (SELECT {joined} FROM ({ISSUES} ORDER BY x.id) o) END AS issues,
            CASE WHEN task_item.kept_by = 're-entry' THEN (SELECT ct.name {SENT_BY}) END AS sent_by_task,
            CASE WHEN task_item.kept_by = 're-entry' THEN (SELECT c.status {SENT_BY}) END AS sent_by_status
        FROM task_item JOIN item i ON i.id = task_item.item_id JOIN task t ON t.id = task_item.task_id
        WHERE {where} ORDER BY task_item.id
    """
