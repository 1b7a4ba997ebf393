"""Issues: raised, fixed, re-opened, and how old they are."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.measures.figures import Group, Tally
from workflow_core.domain.measures.reports import Ages
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models.history import OF_REVIEWS
from workflow_core.store.reads.figures.groups import day, read

COUNTED = {
    "flagged": "raised",
    "fixed": "fixed",
    "re-opened": "reopened",
    "accepted": "accepted",
    "dismissed": "dismissed",
}


def about(session: Session, task_ids: Iterable[int]) -> Iterator[tuple[Group, Tally]]:
    """Yield what happened to the issues on the work in annotation tasks, by whose share the item was in."""
    counts = ", ".join(f"sum(CASE WHEN verb = '{verb}' THEN 1 ELSE 0 END) AS {name}" for verb, name in COUNTED.items())
    verbs = ", ".join(f"'{verb}'" for verb in COUNTED)
    return read(
        session,
        f"""
        SELECT event.task_id, s.person_id, {day("at")} AS day, {counts}
        FROM event LEFT JOIN assignment s ON s.id = event.assignment_id
        WHERE {OF_REVIEWS} AND verb IN ({verbs}) AND event.task_id IN ({listed(task_ids)}) GROUP BY 1, 2, 3
        """,
    )


def raised_in(session: Session, qa_task_ids: Iterable[int]) -> Iterator[tuple[Group, Tally]]:
    """Yield how many issues reviewers raised in QA tasks."""
    tasks, task = listed(qa_task_ids), "CAST(detail ->> 'qa' AS BIGINT)"
    # Flags are found by the task whose work they are about, which is one of the same project.
    return read(
        session,
        f"""
        SELECT {task} AS task_id, actor_id AS person_id, {day("at")} AS day, count(*) AS raised
        FROM event WHERE {OF_REVIEWS} AND verb = 'flagged' AND {task} IN ({tasks}) AND task_id IN (
            SELECT t.id FROM task t JOIN task qa ON qa.project_id = t.project_id WHERE qa.id IN ({tasks})
        ) GROUP BY 1, 2, 3
        """,
    )


def ages(session: Session, task_ids: Iterable[int], *, now: datetime) -> dict[tuple[int, int | None], Ages]:
    """Return the ages of issues per task and assignment: on the work there, or in QA those it owns."""
    rows = run(
        session,
        f"""
        SELECT ti.task_id, ti.assignment_id,
               sum(CASE WHEN i.state IN ('open', 'for_review') THEN 1 ELSE 0 END),
               sum(CASE WHEN i.state IN ('open', 'for_review') THEN :now - i.created_at ELSE 0 END),
               max(CASE WHEN i.state IN ('open', 'for_review') THEN :now - i.created_at ELSE 0 END),
               sum(CASE WHEN i.state IN ('open', 'for_review') THEN 0 ELSE 1 END),
               sum(CASE WHEN i.state IN ('open', 'for_review') THEN 0 ELSE i.updated_at - i.created_at END)
        FROM (
            SELECT task_item_id AS owner_id, state, created_at, updated_at FROM issue
            UNION ALL SELECT qa_task_item_id, state, created_at, updated_at FROM issue
        ) i CROSS JOIN task_item ti
        WHERE ti.id = i.owner_id AND ti.task_id IN ({listed(task_ids)}) GROUP BY ti.task_id, ti.assignment_id
        """,
        now=now,
    )
    return {(task, share): Ages(*(int(number) for number in numbers)) for task, share, *numbers in rows}
