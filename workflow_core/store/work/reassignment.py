"""Hand-overs: open task items go from one assignment to others, as a set; nothing else about them changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from workflow_core.domain.work.states import Event
from workflow_core.store import locks, turns
from workflow_core.store.allocation import shares
from workflow_core.store.database.dialect import is_postgres, listed, run
from workflow_core.store.models.task_items import OPEN, REVIEWED
from workflow_core.store.routing import arrivals

REMAINING = """
    state = 'queued' AND NOT EXISTS (
        SELECT 1 FROM issue i WHERE i.task_item_id = task_item.id AND i.state IN ('open', 'for_review')
    ) AND NOT EXISTS (
        SELECT 1 FROM issue i WHERE i.qa_task_item_id = task_item.id AND i.state IN ('open', 'for_review')
    )
"""


@dataclass(frozen=True)
class Handed:
    """How many task items each person has got, by e-mail; `stuck` may go to nobody."""

    given: Mapping[str, int]
    pool: int
    stuck: int


def count_claimed(session: Session, *, task_id: int, assignment_id: int, item_ids: Iterable[int] | None = None) -> int:
    """Return how many task items an assignment has claimed, of all or of some items."""
    counted = f"""SELECT count(*) FROM task_item
        WHERE task_id = :task AND assignment_id = :assignment AND state = 'claimed' {_of(item_ids)}"""
    return int(run(session, counted, task=task_id, assignment=assignment_id).scalar())


def lock_unfinished(
    session: Session, *, task_id: int, assignment_id: int, item_ids: Iterable[int] | None = None
) -> None:
    """Lock what an assignment has to do, and then the assignments of its task, before anything about them changes."""
    unfinished = f"task_item.task_id = :task AND {OPEN} AND task_item.assignment_id = :assignment {_of(item_ids)}"
    locks.lock_all(session, text(unfinished).bindparams(task=task_id, assignment=assignment_id))
    if is_postgres(session):
        run(session, "SELECT id FROM assignment WHERE task_id = :task ORDER BY id FOR NO KEY UPDATE", task=task_id)


def choose_remaining(
    session: Session,
    *,
    task_id: int,
    of: Iterable[int] | None = None,
    item_ids: Iterable[int] | None = None,
) -> int:
    """Make arrivals of what nobody has begun in a task: `of` some assignments, of some items."""
    where = REMAINING + _of(item_ids)
    if of is not None:
        where += f" AND task_item.assignment_id IN ({listed(of)})"
    return _choose(session, task_id=task_id, where=where, wait=True)


def choose_unfinished(
    session: Session, *, task_id: int, assignment_id: int, item_ids: Iterable[int] | None = None
) -> int:
    """Make arrivals of what an assignment has to do; its team is locked already.

    Who has locked the team cannot wait any more: what somebody works on this moment is left out.
    """
    where = f"{OPEN} AND task_item.assignment_id = {int(assignment_id)}{_of(item_ids)}"
    return _choose(session, task_id=task_id, where=where, wait=False)


def _of(item_ids: Iterable[int] | None) -> str:
    return "" if item_ids is None else f" AND task_item.item_id IN ({listed(item_ids)})"


def _choose(session: Session, *, task_id: int, where: str, wait: bool) -> int:
    arrivals.prepare(session)
    condition = f"task_item.task_id = :task AND {where}"
    if wait:
        locks.lock_all(session, text(condition).bindparams(task=task_id))
    lock = "FOR NO KEY UPDATE OF task_item SKIP LOCKED" if is_postgres(session) else ""
    return run(
        session,
        f"""
        INSERT INTO arrival (source_id, entry_id, item_id, kind, task_id, visit)
        SELECT task_item.id, task_item.entry_id, task_item.item_id, 'task', task_item.task_id, task_item.visit
        FROM task_item JOIN item ON item.id = task_item.item_id
        WHERE {condition} ORDER BY task_item.rank, task_item.id {lock}
        """,
        task=task_id,
    ).rowcount


def hand_out(session: Session, *, weights: Mapping[int, float] | None = None) -> Handed:
    """Decide who gets each chosen task item; nothing is changed yet."""
    shares.allot(session, weights=weights)
    rows = run(
        session,
        """
        SELECT p.email, count(CASE WHEN a.assignment_id IS NOT NULL THEN 1 END) AS given,
               count(CASE WHEN a.assignment_id IS NULL AND a.parked IS NULL THEN 1 END) AS free,
               count(a.parked) AS stuck
        FROM arrival a LEFT JOIN assignment s ON s.id = a.assignment_id LEFT JOIN person p ON p.id = s.person_id
        GROUP BY p.email ORDER BY p.email
        """,
    ).all()
    given = {row.email: row.given for row in rows if row.given}
    return Handed(given, sum(row.free for row in rows), sum(row.stuck for row in rows))


def leave_stuck(session: Session) -> None:
    """Leave where they are the chosen task items that none of those asked may take."""
    run(session, "DELETE FROM arrival WHERE parked IS NOT NULL")


def try_others(session: Session) -> Handed:
    """Decide anew for the task items that nobody so far may take: by the task's own weights."""
    run(session, "UPDATE arrival SET parked = NULL")
    return hand_out(session)


def carry_out(session: Session, *, actor_id: int | None, now: datetime) -> int:
    """Hand the chosen task items over: claims end, drafts stay, flags go along; returns how many changed hands."""
    moved = """
        (task_item.assignment_id IS NULL) <> (a.assignment_id IS NULL) OR task_item.assignment_id <> a.assignment_id
        OR (task_item.parked IS NULL AND a.parked IS NOT NULL)
    """
    handed = turns.happen(
        session,
        Event.HAND_OVER,
        "reassigned",
        where=moved,
        source=("arrival a", "a.source_id = task_item.id"),
        tell={"name": "a.parked"},
        now=now,
        actor_id=actor_id,
        locked=True,
    )
    return len(handed)


def hand_reviews_on(session: Session, *, item_ids: Iterable[int], task_id: int, person_id: int, now: datetime) -> None:
    """Hand on the open reviews of items that a person holds, where a status has made them an author.

    A review in the pool stays there, unless nobody else may take it.
    """
    theirs = f"""
        task_item.item_id IN ({listed(item_ids)}) AND {OPEN}
        AND (task_item.assignment_id IS NULL OR task_item.assignment_id IN (
            SELECT s.id FROM assignment s WHERE s.task_id = task_item.task_id AND s.person_id = {int(person_id)}
        ))
    """
    reviews = run(
        session,
        f"""
        SELECT DISTINCT task_item.task_id FROM task_item JOIN review r ON {REVIEWED}
        JOIN task t ON t.id = task_item.task_id AND NOT t.review_own
        WHERE r.task_id = :task AND {theirs} ORDER BY task_item.task_id
        """,
        task=task_id,
    ).scalars()
    for review in reviews:
        _choose(session, task_id=review, where=theirs, wait=True)
        hand_out(session)
        carry_out(session, actor_id=None, now=now)


def hand_own_reviews_on(session: Session, *, task_id: int, actor_id: int | None, now: datetime) -> None:
    """Hand on the open reviews of a task whose holders are authors: from now on nobody reviews their own work there."""
    own = f"""
        {OPEN} AND EXISTS (
            SELECT 1 FROM review r JOIN assignment s ON s.id = task_item.assignment_id
            JOIN event ev ON ev.task_id = r.task_id AND ev.item_id = task_item.item_id AND ev.verb = 'submitted'
                AND ev.actor_id = s.person_id
            WHERE {REVIEWED}
        )
    """
    if _choose(session, task_id=task_id, where=own, wait=True):
        hand_out(session)
        carry_out(session, actor_id=actor_id, now=now)
