"""Situations: all that decides when a person acts, read at once."""

from collections.abc import Sequence
from functools import cache
from json import loads
from typing import Any

from sqlmodel import Session

from workflow_core.domain.annotations import recipes
from workflow_core.domain.work import statuses
from workflow_core.domain.work.situations import Seat, Situation
from workflow_core.domain.work.states import State
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import among, is_postgres, run
from workflow_core.store.models.task_items import OPEN, REVIEWED

SEAT = """
    t.id AS task_id, t.name AS task, t.type, t.project_id, pl.name AS pipeline,
    CAST(t.queue AS TEXT) AS queue, t.lease, t.review_own,
    t.closed_at IS NOT NULL OR t.archived_at IS NOT NULL AS closed, t.due_at, t.lock_when_due,
    t.paused_at IS NOT NULL OR s.paused_at IS NOT NULL AS paused, pl.paused_at IS NOT NULL AS pipeline_paused,
    s.id AS own_id, s.active AS member, m.role, EXISTS (
        SELECT 1 FROM task_item h WHERE h.task_id = t.id AND h.assignment_id = s.id AND h.state = 'claimed'
    ) AS holds
"""
ITEM_COLUMNS = ", ".join(
    f"task_item.{name}"
    for name in (
        *("id", "item_id", "entry_id", "assignment_id", "state", "status", "routing", "status_event_id"),
        *("kept_by", "kept_status", "kept_routing", "kept_event_id", "claim_no", "parked"),
    )
)
OF_PERSON = """
    JOIN assignment s ON s.task_id = t.id AND s.person_id = :person
    JOIN membership m ON m.project_id = t.project_id AND m.person_id = :person
    LEFT JOIN pipeline pl ON pl.id = t.pipeline_id
"""
LEFT_BEHIND = """
    task_item.state = 'returned' AND EXISTS (
        SELECT 1 FROM assignment g JOIN person gp ON gp.id = g.person_id
        WHERE g.id = task_item.assignment_id AND NOT (g.active AND gp.active)
    )
"""
"""Whether a task item was returned to somebody who is gone."""
AUTHOR = f"""
    SELECT 1 FROM review r JOIN event ev ON ev.task_id = r.task_id AND ev.item_id = task_item.item_id
    AND ev.verb = 'submitted' AND ev.actor_id = :person WHERE {REVIEWED}
"""
"""Whether a person set a status on the item in a task that the task item's task reviews."""


def seat(session: Session, *, person_id: int, task_id: int) -> Seat | None:
    """Return a person's seat in a task; None where they have none.

    Who was taken out by a deploy while they had something open has it until that is finished.
    """
    query = f"SELECT {SEAT} FROM task t {OF_PERSON} WHERE t.id = :task"
    found = run(session, query, person=person_id, task=task_id).mappings()
    return Seat(**_seat(found[0])) if found and (found[0]["member"] or found[0]["holds"]) else None


def keys(session: Session, *, task_id: int, item_ids: Sequence[int]) -> dict[int, int]:
    """Return the keys of the task items that items have in a task, by those of the items."""
    these, ids = among(session, item_ids)
    query = f"SELECT item_id, id FROM task_item WHERE task_id = :task AND item_id {these}"
    return dict(iter(run(session, query, task=task_id, ids=ids)))


def find(session: Session, *, person_id: int, task_item_ids: Sequence[int]) -> dict[int, Situation]:
    """Return how task items stand for a person, by key: those that there are, of tasks in which they have a seat."""
    these, ids = among(session, task_item_ids)
    rows = run(session, _found(these, is_postgres(session)), person=person_id, ids=ids)
    return {row["id"]: _situation(row) for row in rows.mappings()}


@cache
def _found(these: str, postgres: bool) -> str:
    joined = "string_agg(r.status, chr(10))" if postgres else "group_concat(r.status, char(10))"
    return f"""
        SELECT {SEAT}, {ITEM_COLUMNS},
            i.name, i.width, i.height, i.archived_at IS NOT NULL AS archived,
            {LEFT_BEHIND} AS left_behind,
            t.queue IS NOT NULL AND task_item.assignment_id <> s.id AND EXISTS (
                SELECT 1 FROM event e WHERE e.item_id = task_item.item_id AND e.task_id = task_item.task_id
                AND e.actor_id = :person AND e.verb IN ('claimed', 'submitted')
            ) AS held_before,
            NOT s.active AND task_item.assignment_id = s.id AND task_item.state = 'submitted'
                AND coalesce(task_item.since >= s.left_at, FALSE) AS finished,
            t.type = 'qa' AND NOT t.review_own AND EXISTS ({AUTHOR}) AS author,
            EXISTS (
                SELECT 1 FROM issue x WHERE x.item_id = task_item.item_id AND x.state IN ('open', 'for_review')
            ) AS disputed,
            /* With the plus SQLite finds them by the item; else it reads all that the task has, by label. */
            EXISTS (
                SELECT 1 FROM annotation n WHERE n.item_id = task_item.item_id AND +n.task_id = t.id
                AND n.deleted_at IS NULL
            ) AS drawn,
            t.type = 'annotation' AND EXISTS (
                SELECT 1 FROM task_item o JOIN task q ON q.id = o.task_id AND NOT q.review_own
                JOIN review r ON r.task_id = t.id AND {REVIEWED.replace("task_item", "o")}
                WHERE o.item_id = task_item.item_id AND o.{OPEN} AND (o.assignment_id IS NULL OR EXISTS (
                    SELECT 1 FROM assignment a WHERE a.id = o.assignment_id AND a.person_id = :person
                ))
            ) AS reviewed_by_author,
            (SELECT CAST(c.content AS TEXT) FROM recipe c WHERE c.id = t.recipe_id) AS recipe,
            CAST(t.statuses AS TEXT) AS statuses, CAST(t.former_statuses AS TEXT) AS former, (
                SELECT {joined} FROM entry e JOIN route r ON r.version_id = e.version_id AND r.task_id = t.id
                WHERE e.id = task_item.entry_id
            ) AS offered,
            (SELECT CAST(d.content AS TEXT) FROM draft d
             WHERE d.task_item_id = task_item.id AND d.person_id = :person) AS draft
        FROM task_item JOIN item i ON i.id = task_item.item_id JOIN task t ON t.id = task_item.task_id {OF_PERSON}
        WHERE task_item.id {these}
    """


def _situation(row: dict[str, Any]) -> Situation:
    known = _seat(row)
    known["state"] = State(known["state"])
    known["recipe"] = recipes.from_text(known["recipe"])
    names = known.pop("offered") or ""
    known["statuses"] = statuses.offered_of(names, known["statuses"], known.pop("former"))
    return Situation(**known)


def _seat(known: dict[str, Any]) -> dict[str, Any]:
    known["due_at"] = None if known["due_at"] is None else moment(known["due_at"])
    known["queue"] = None if known["queue"] is None else loads(known["queue"])
    return known
