"""What was drawn, by label."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models.data import SEEN
from workflow_core.store.models.history import OF_REVIEWS


@dataclass(frozen=True)
class Drawn:
    """The annotations of a label in a task, the items that have one, and how many a model made."""

    task_id: int
    label: str
    annotations: int
    items: int
    by_model: int


@dataclass(frozen=True)
class Faults:
    """The issues on the annotations of a label; without a label those on items."""

    task_id: int
    label: str | None
    raised: int
    unresolved: int
    fixed: int
    reopened: int
    flagged: int
    """Annotations with an issue that was not dismissed."""


def drawn(session: Session, task_ids: Iterable[int]) -> list[Drawn]:
    """Return what is drawn of each label; what is deleted, or what nobody has seen yet, is left out."""
    rows = run(
        session,
        f"""
        SELECT task_id, label, count(*), count(DISTINCT item_id), sum(CASE WHEN origin = 'model' THEN 1 ELSE 0 END)
        FROM annotation WHERE task_id IN ({listed(task_ids)}) AND deleted_at IS NULL AND {SEEN}
        GROUP BY task_id, label ORDER BY task_id, label
        """,
    )
    return [Drawn(row[0], row[1], *(int(number) for number in row[2:])) for row in rows]


def faults(session: Session, task_ids: Iterable[int]) -> list[Faults]:
    """Return the issues on what was drawn, by label."""
    # CROSS, because SQLite keeps that order: there are fewer issues than task items.
    rows = run(
        session,
        f"""
        SELECT ti.task_id, a.label, count(*),
               sum(CASE WHEN i.state IN ('open', 'for_review') THEN 1 ELSE 0 END),
               sum(coalesce(f.times, 0)), sum(i.rounds),
               count(DISTINCT CASE WHEN i.state <> 'dismissed' THEN i.annotation_id END)
        FROM issue i CROSS JOIN task_item ti LEFT JOIN annotation a ON a.id = i.annotation_id
        LEFT JOIN (
            SELECT CAST(detail ->> 'issue' AS BIGINT) AS issue_id, count(*) AS times
            FROM event WHERE {OF_REVIEWS} AND verb = 'fixed' AND task_id IN ({listed(task_ids)}) GROUP BY 1
        ) f ON f.issue_id = i.id
        WHERE ti.id = i.task_item_id AND ti.task_id IN ({listed(task_ids)})
        GROUP BY ti.task_id, a.label ORDER BY ti.task_id, a.label
        """,
    )
    return [Faults(row[0], row[1], *(int(number) for number in row[2:])) for row in rows]
