"""Issues across the tasks of a project, in the order in which they were flagged."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlmodel import Session

from workflow_core.domain.views.issues import ListedIssue
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.models.issues import UNRESOLVED

Share = tuple[int, int | None]
"""A task and one of its assignments; None is the pool."""


class Unresolved(NamedTuple):
    """How many issues are unresolved on the work in a share that were flagged from another."""

    of: Share
    by: Share
    issues: int


def unresolved(session: Session) -> list[Unresolved]:
    """Return how many issues are unresolved, by the share that is to fix them and the one that flagged them.

    Few are, so their rows are looked up one by one, for which PostgreSQL needs to be told so.
    """
    each = "LATERAL (SELECT * FROM task_item ti WHERE ti.id = {} OFFSET 0)" if is_postgres(session) else "task_item"
    rows = run(
        session,
        f"""
        SELECT r.task_id, r.assignment_id, q.task_id, q.assignment_id, count(*)
        FROM issue x CROSS JOIN {each.format("x.task_item_id")} r CROSS JOIN {each.format("x.qa_task_item_id")} q
        WHERE x.{UNRESOLVED} AND r.id = x.task_item_id AND q.id = x.qa_task_item_id
        GROUP BY r.task_id, r.assignment_id, q.task_id, q.assignment_id
        """,
    )
    return [Unresolved((row[0], row[1]), (row[2], row[3]), int(row[4])) for row in rows]


def page(
    session: Session, *, project_id: int, task_id: int | None, states: Iterable[str], after: int, limit: int
) -> list[ListedIssue]:
    """Return up to `limit` issues in some states, those after the issue `after`; all, or those of a task.

    Those of a task are to be fixed in it, or were flagged from it.
    """
    here = "" if task_id is None else "AND :task IN (r.task_id, qr.task_id)"
    values = {} if task_id is None else {"task": task_id}
    # CROSS, because SQLite keeps that order: the issues first, instead of all task items of the project.
    rows = run(
        session,
        f"""
        SELECT x.id, x.state, x.kind, x.text, x.annotation_id, x.item_id, i.folder, i.name AS item,
               t.id AS task_id, t.name AS task, x.task_item_id, q.id AS qa_task_id, q.name AS qa_task,
               x.qa_task_item_id, f.email AS flagged_by, a.email AS author, x.rounds,
               x.created_at AS flagged_at, x.updated_at AS changed_at
        FROM issue x CROSS JOIN task_item r JOIN task t ON t.id = r.task_id
        JOIN task_item qr ON qr.id = x.qa_task_item_id JOIN task q ON q.id = qr.task_id
        JOIN item i ON i.id = x.item_id JOIN person f ON f.id = x.flagged_by
        LEFT JOIN person a ON a.id = x.author_id
        WHERE r.id = x.task_item_id AND t.project_id = :project AND x.id > :after
        AND x.state IN ({", ".join(f"'{state}'" for state in states)}) {here}
        ORDER BY x.id LIMIT :limit
        """,
        project=project_id,
        after=after,
        limit=limit,
        **values,
    ).mappings()
    return [
        ListedIssue(**{**row, **{name: moment(row[name]) for name in ("flagged_at", "changed_at")}}) for row in rows
    ]
