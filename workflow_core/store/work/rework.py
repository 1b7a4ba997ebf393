"""Rework: what issues do to task items.

Statuses are taken and given back, reviews wait and have their turn again, and what is answered is handed on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from json import dumps
from typing import Any, NamedTuple

from sqlmodel import Session

from workflow_core.domain.work.reviewing import Turn
from workflow_core.domain.work.situations import MAX_VISITS, NOBODY
from workflow_core.domain.work.states import Event
from workflow_core.store import turns
from workflow_core.store.database.dialect import among, is_postgres, json, rows, run
from workflow_core.store.models.issues import UNRESOLVED
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.transitions import possible
from workflow_core.store.work import reviews

PLACED = {name: turns.TASK_ITEM[name] for name in ("item_id", "task_id", "entry_id")}
PLACED["placement"] = "task_item.placement"


def give_back(
    session: Session, task_item_ids: Sequence[int], *, actor_id: int | None, now: datetime, locked: bool = False
) -> None:
    """Set the statuses that issues took, where none is unresolved, also from a claim, which ends; the draft stays."""
    these, ids = among(session, task_item_ids)
    unresolved = f"SELECT 1 FROM issue i WHERE i.task_item_id = task_item.id AND i.{UNRESOLVED}"
    turns.happen(
        session,
        Event.GIVE_BACK,
        "restored",
        where=f"task_item.id {these} AND NOT EXISTS ({unresolved})",
        now=now,
        actor_id=actor_id,
        locked=locked,
        wakes=True,
        ids=ids,
    )


def queue_answered(session: Session, of: str, *, now: datetime, locked: bool = False, **values: Any) -> None:
    """Queue waiting QA task items again once nothing they flagged is open, and what is for review is submitted.

    `of` is fixed SQL on `task_item`.
    """
    waiting = f"{of} AND {possible(Event.ANSWERED)}"
    if is_postgres(session) and not locked:
        run(session, f"SELECT 1 FROM task_item WHERE {waiting} ORDER BY id FOR NO KEY UPDATE", **values)
    found = reviews.standings(session, where=waiting, **values)
    answered = {one.id: turn for one in found if (turn := one.answered())}
    give_turns(session, Event.ANSWERED, "answered", answered, now=now)


def queue_answered_on(session: Session, task_item_ids: Sequence[int], *, now: datetime) -> None:
    """Queue again those waiting QA task items which unresolved issues on locked task items waited for."""
    these, ids = among(session, task_item_ids)
    owners = f"SELECT i.qa_task_item_id FROM issue i WHERE i.task_item_id {these} AND i.{UNRESOLVED}"
    queue_answered(session, f"task_item.id IN ({owners})", now=now, locked=True, ids=ids)


def give_turns(
    session: Session,
    event: Event,
    verb: str,
    turns_of: Mapping[int, Turn],
    *,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """Let an event happen to locked task items by which it is somebody's turn there; what is nobody's is parked."""
    if not turns_of:
        return
    these, ids = among(session, list(turns_of))
    whose = [{"key": key, "assignment": turn.assignment_id} for key, turn in turns_of.items()]
    turns.happen(
        session,
        event,
        verb,
        where=f"task_item.id {these}",
        source=(rows(session, "whose", keys=["key", "assignment"]), "d.key = task_item.id"),
        now=now,
        actor_id=actor_id,
        locked=True,
        ids=ids,
        whose=dumps(whose),
    )
    turns.park(session, [key for key, turn in turns_of.items() if turn.parked], NOBODY, now=now)


def wait_for_fixes(session: Session, *, qa_task_item_id: int, assignment_id: int, actor_id: int, now: datetime) -> None:
    """Let a QA task item wait for the fixes, with whoever flagged last."""
    turns.happen(
        session,
        Event.FLAG,
        "waiting",
        where="task_item.id = :id",
        now=now,
        actor_id=actor_id,
        locked=True,
        id=qa_task_item_id,
        assignment=assignment_id,
    )


NEXT = f"""
    SELECT i.id, i.qa_task_item_id AS owner_id, max(ti.id) AS task_item_id
    FROM arrival a JOIN issue i ON i.item_id = a.item_id AND i.state = 'for_review'
    JOIN task_item owner ON owner.id = i.qa_task_item_id AND owner.state = 'submitted'
    JOIN task_item returned ON returned.id = i.task_item_id
    JOIN review r ON r.qa_task_id = a.task_id AND r.task_id = returned.task_id
        AND r.version_id = coalesce((SELECT e.version_id FROM entry e WHERE e.id = a.entry_id), 0)
    JOIN task_item ti ON ti.task_id = a.task_id AND ti.item_id = a.item_id
        AND ti.state IN ('queued', 'claimed', 'waiting') AND coalesce(ti.parked, '') <> '{MAX_VISITS}'
    WHERE a.kind IN ('task', 'open') AND owner.task_id <> a.task_id
    GROUP BY i.id, i.qa_task_item_id
"""


def hand_on(session: Session, *, now: datetime) -> None:
    """Give the issues for review of QA task items that have a status to the next QA task item, among the arrivals."""
    answered = """SELECT 1 FROM arrival a JOIN issue i ON i.item_id = a.item_id AND i.state = 'for_review'
    WHERE a.kind IN ('task', 'open') LIMIT 1"""
    if run(session, answered).first() is None:
        return
    hand_over(session, NEXT, verb="handed-on", now=now)


def hand_over(session: Session, which: str, *, verb: str, now: datetime) -> None:
    """Let issues become those of another QA task item; `which` is SQL of `id`, `owner_id` and `task_item_id`."""
    detail = f"""CAST('{{"issue": ' || n.id || ', "from": ' || n.owner_id || '}}' AS {json(session)})"""
    turns.record(
        session,
        verb,
        of=f"({which}) n JOIN task_item ON task_item.id = n.task_item_id ORDER BY n.id",
        what=PLACED | {"detail": detail},
        now=now,
    )
    run(session, f"UPDATE issue SET qa_task_item_id = n.task_item_id FROM ({which}) n WHERE issue.id = n.id")


class Dismissed(NamedTuple):
    """An issue that a withdrawal has dismissed: on which task item, in which entry, and of which review."""

    task_item_id: int
    qa_task_item_id: int
    entry_id: int | None


def dismiss_withdrawn(session: Session, *, where: str, now: datetime) -> list[Dismissed]:
    """Dismiss the unresolved issues on, and of, open task items that are about to be withdrawn; return them."""
    mine = f"""
        {UNRESOLVED} AND (
            task_item_id IN (SELECT id FROM task_item WHERE {where} AND {OPEN})
            OR qa_task_item_id IN (SELECT id FROM task_item WHERE {where} AND {OPEN})
        )
    """
    recorded = turns.record(
        session,
        "dismissed",
        of=f"""issue JOIN task_item ON task_item.id = issue.task_item_id
        WHERE issue.id IN (SELECT id FROM issue WHERE {mine})""",
        what=PLACED
        | {"name": "'withdrawn'", "detail": f"""CAST('{{"issue": ' || issue.id || '}}' AS {json(session)})"""},
        now=now,
    )
    if not recorded:
        return []
    entry = "(SELECT o.entry_id FROM task_item o WHERE o.id = issue.task_item_id)"
    dismissed = f"""UPDATE issue SET state = 'dismissed', updated_at = :now WHERE {mine}
    RETURNING task_item_id, qa_task_item_id, {entry} AS entry_id"""
    return [Dismissed(*row) for row in run(session, dismissed, now=now)]


def follow_dismissed(
    session: Session,
    *,
    on: Sequence[int],
    of: Sequence[int],
    now: datetime,
    actor_id: int | None = None,
    locked: bool = False,
) -> None:
    """Draw the consequences of dismissed issues `on` task items and `of` QA task items: statuses are given back, and
    reviewers have their turn, where the task items are still open.
    """
    if on:
        give_back(session, sorted(set(on)), actor_id=actor_id, now=now, locked=locked)
    if of:
        these, ids = among(session, sorted(set(of)))
        queue_answered(session, f"task_item.id {these}", now=now, locked=locked, ids=ids)
