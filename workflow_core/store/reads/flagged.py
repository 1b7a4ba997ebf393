"""Issues across the tasks of a project, in the order in which they were flagged."""

from collections.abc import Iterable

from sqlmodel import Session

from workflow_core.domain.views.issues import ListedIssue
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import run


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
