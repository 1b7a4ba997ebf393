"""Claims: a contributor holds task items until the lease ends. `claim_no` is the token of the present claim."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from workflow_core.domain.views.work import Claim
from workflow_core.domain.work.situations import MAX_FIX_ROUNDS, MAX_VISITS
from workflow_core.domain.work.states import Event
from workflow_core.store import turns
from workflow_core.store.database.dialect import is_postgres, listed, run
from workflow_core.store.models.task_items import CLAIMABLE
from workflow_core.store.work import activity
from workflow_core.store.work.situations import AUTHOR

CHOSEN = f"""
    task_id = :task AND {CLAIMABLE} AND (parked IS NULL OR parked NOT IN ('{MAX_FIX_ROUNDS}', '{MAX_VISITS}'))
"""
LEFT = f"""
    {CHOSEN} AND state = 'returned' AND assignment_id IN (
        SELECT g.id FROM assignment g JOIN person gp ON gp.id = g.person_id
        WHERE g.task_id = :task AND NOT (g.active AND gp.active)
    )
"""
"""What was returned to somebody who is gone: as `LEFT_BEHIND`, found by who is gone."""
IN_TURN = "ORDER BY rank, position, id"


def claimed_by(session: Session, *, task_id: int, assignment_id: int) -> list[Claim]:
    """Return what the assignment has claimed, in the order of work."""
    rows = run(
        session,
        """
        SELECT id, item_id, task_id, claim_no FROM task_item
        WHERE task_id = :task AND assignment_id = :assignment AND state = 'claimed'
        ORDER BY rank, position, id
        """,
        task=task_id,
        assignment=assignment_id,
    )
    return [Claim(*row) for row in rows]


def count_to_limit(session: Session, *, task_id: int, assignment_id: int) -> int:
    """Return how many task items the assignment has claimed, but for those that an issue sent back to it."""
    counted = """
        SELECT count(*) FROM task_item WHERE task_id = :task AND assignment_id = :assignment AND state = 'claimed'
        AND coalesce(kept_by, '') <> 'issue' AND NOT EXISTS (
            SELECT 1 FROM issue i WHERE i.qa_task_item_id = task_item.id AND i.state IN ('open', 'for_review')
        )
    """
    return int(run(session, counted, task=task_id, assignment=assignment_id).scalar())


def take_turns(session: Session, *, person_id: int) -> None:
    """Let two windows of one person claim one after the other: else each takes a batch, and both are over the limit."""
    if is_postgres(session):
        run(session, "SELECT id FROM person WHERE id = :person FOR NO KEY UPDATE", person=person_id)


def claim_next(
    session: Session,
    *,
    task_id: int,
    assignment_id: int,
    person_id: int,
    until: datetime,
    now: datetime,
    count: int,
    review_own: bool,
    more: bool,
) -> list[Claim]:
    """Claim the next task item of an assignment, else up to `count` from the pool of its task, and open the first.

    With `more` from the pool alone, and none is opened. From the pool comes none that the person may not review; where
    it has none, one that was returned to somebody who is gone.
    """
    lock = "FOR NO KEY UPDATE SKIP LOCKED" if is_postgres(session) else ""
    values = {"task": task_id, "assignment": assignment_id, "count": count}
    theirs = "" if review_own else f"AND NOT EXISTS ({AUTHOR})"
    values |= {} if review_own else {"person": person_id}
    pool = f"{CHOSEN} AND assignment_id IS NULL {theirs}"
    query = f"""
        WITH own AS (SELECT id FROM task_item WHERE {CHOSEN} AND assignment_id = :assignment {IN_TURN} LIMIT 1 {lock}),
        pool AS (SELECT id FROM task_item WHERE {pool} AND NOT EXISTS (SELECT 1 FROM own)
                 {IN_TURN} LIMIT :count {lock})
        SELECT id, TRUE AS mine FROM own UNION ALL SELECT id, FALSE FROM pool
    """
    if more:
        query = f"SELECT id, FALSE AS mine FROM task_item WHERE {pool} {IN_TURN} LIMIT :count {lock}"
    rows = run(session, query, **values).all()
    ids = [row.id for row in rows]
    if rows and not rows[0].mine and theirs and is_postgres(session):
        # Who has just set a status in another window is an author only now: what was locked is looked at once more.
        again = f"SELECT id FROM task_item WHERE id IN ({listed(ids)}) {theirs} {IN_TURN}"
        ids = list(run(session, again, person=person_id).scalars())
    if not ids:
        left = f"SELECT id FROM task_item WHERE {LEFT} {IN_TURN} LIMIT 1 {lock}"
        ids = list(run(session, left, task=task_id).scalars())
    return claim(
        session, ids=ids, assignment_id=assignment_id, person_id=person_id, until=until, now=now, opens=not more
    )


def claim(
    session: Session,
    *,
    ids: list[int],
    assignment_id: int,
    person_id: int,
    until: datetime,
    now: datetime,
    opens: bool = True,
) -> list[Claim]:
    """Turn queued or returned task items into claimed ones, with their events."""
    if not ids:
        return []
    activity.batched(session, ids=ids, opened=ids[0] if opens else None, person_id=person_id, now=now)
    bound: dict[str, Any] = {f"id{number}": one for number, one in enumerate(ids)}
    claimed = turns.happen(
        session,
        Event.CLAIM,
        "claimed",
        where=f"task_item.id IN ({', '.join(f':{name}' for name in bound)})",
        now=now,
        actor_id=person_id,
        locked=True,
        assignment=assignment_id,
        until=until,
        **bound,
    )
    order = {one: number for number, one in enumerate(ids)}
    return [Claim(*one[:4]) for one in sorted(claimed, key=lambda one: order[one.id])]


MICROS = "CAST(1000000 AS BIGINT)"
"""How many of the database's moments are a second; as a plain number PostgreSQL's product would end at 35 minutes."""
RENEWED_SINCE = f"""
    EXISTS (
        SELECT 1 FROM assignment s JOIN task t ON t.id = s.task_id
        WHERE s.id = task_item.assignment_id AND NOT s.active
        AND task_item.lease_until > s.left_at + t.lease * {MICROS}
    )
"""
"""Whether a claim was renewed since its holder was taken out: it reaches further than any lease did then."""


def renew(session: Session, *, task_id: int, assignment_id: int, until: datetime) -> int:
    """Renew the lease of all that the assignment holds; returns how many. Who was taken out does it once."""
    held = f"task_id = :task AND assignment_id = :assignment AND state = 'claimed' AND NOT {RENEWED_SINCE}"
    if is_postgres(session):
        # Two windows of one person at work must not wait for each other; what the other one has open it renews.
        held += f" AND id IN (SELECT id FROM task_item WHERE {held} FOR NO KEY UPDATE SKIP LOCKED)"
    return turns.mark(
        session, {"lease_until": ":until"}, where=held, until=until, task=task_id, assignment=assignment_id
    )


def end(session: Session, *, id: int, verb: str, actor_id: int | None, now: datetime) -> None:
    """End a claim (`released`, `postponed`) of a locked task item: back to its assignment, or to the pool of a queue.

    What is postponed comes behind all that is there.
    """
    turns.happen(
        session,
        Event.POSTPONE if verb == "postponed" else Event.RELEASE,
        verb,
        where="task_item.id = :id",
        now=now,
        actor_id=actor_id,
        locked=True,
        id=id,
        position=int(now.timestamp() * 1000),
    )


def expire(session: Session, *, now: datetime) -> int:
    """End all claims whose lease is over; returns how many. What somebody works on this moment is left to the next.

    A lease that a clock ahead of ours has dated further than its length from now is cut to that first.
    """
    lock = "FOR NO KEY UPDATE SKIP LOCKED" if is_postgres(session) else ""
    longest = f":now + {MICROS} * (SELECT t.lease FROM task t WHERE t.id = task_item.task_id)"
    ahead = f"state = 'claimed' AND lease_until > :now AND lease_until > {longest}"
    turns.mark(
        session,
        {"lease_until": longest},
        where=f"id IN (SELECT id FROM task_item WHERE {ahead} {lock})",
        now=now,
    )
    over = run(session, f"SELECT id FROM task_item WHERE state = 'claimed' AND lease_until <= :now {lock}", now=now)
    where = f"task_item.id IN ({listed(over.scalars())})"
    order = "task_item.lease_until, task_item.id"
    return len(turns.happen(session, Event.EXPIRE, "expired", where=where, now=now, order=order, locked=True))
