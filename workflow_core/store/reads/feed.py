"""How far the history can be read on by number: what comes later must have a higher one."""

from sqlmodel import Session

from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.models.history import LOCK_BITS, STILL_TO_COME
from workflow_core.store.reads import histories

OPEN = """
    SELECT CAST(objid AS BIGINT) FROM pg_locks WHERE locktype = 'advisory' AND classid = :key AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
"""For each transaction that writes events, the last number that was drawn before it, as far as a lock has it."""


def horizon(session: Session) -> int:
    """Return the number up to which no event can come any more; for a session that begins after this one has ended.

    PostgreSQL draws numbers before it commits. A transaction takes its lock before it draws, so that whoever has drawn
    a number already holds one when locks are looked at afterwards, or has ended: then later sessions see what it wrote.
    """
    if not is_postgres(session):
        return histories.last(session)
    drawn = int(run(session, "SELECT coalesce(pg_sequence_last_value('event_id_seq'), 0)").scalar())
    return min([drawn, *(_near(drawn, low) for low in run(session, OPEN, key=STILL_TO_COME).scalars())])


def window(session: Session, *, project_id: int, after: int, until: int, most: int) -> int:
    """Return the event up to which so many events of a project come after one; `until` where these are all."""
    nth = "SELECT id FROM event WHERE project_id = :project AND id > :after AND id <= :until ORDER BY id"
    given = {"project": project_id, "after": after, "until": until, "skipped": most - 1}
    found = run(session, f"{nth} LIMIT 1 OFFSET :skipped", **given).scalar()
    return until if found is None else int(found)


def stirs(session: Session, *, person_id: int, after: int, until: int) -> bool:
    """Return whether anything happened, after one event and up to another, that a person's pages show.

    To contributors these are what they did, what happened in their assignments, and what came to pools of theirs.
    """
    found = run(
        session,
        """
        SELECT 1 FROM event e JOIN membership m ON m.project_id = e.project_id AND m.person_id = :person
        LEFT JOIN assignment s ON s.id = e.assignment_id
        WHERE e.id > :after AND e.id <= :until AND (
            m.role <> 'contributor' OR e.actor_id = :person OR s.person_id = :person
            OR e.assignment_id IS NULL AND EXISTS (
                SELECT 1 FROM assignment own WHERE own.task_id = e.task_id AND own.person_id = :person AND own.active))
        LIMIT 1
        """,
        person=person_id,
        after=after,
        until=until,
    )
    return found.first() is not None


def standing(session: Session, *, person_id: int) -> tuple[tuple[object, ...], ...]:
    """Return what a person's pages show of their tasks that changes without an event: a row for each share."""
    rows = run(
        session,
        """
        SELECT s.id, s.active, s.paused_at, m.role,
               t.name, t.priority, t.due_at, t.lock_when_due, t.paused_at, t.closed_at, t.archived_at
        FROM assignment s JOIN task t ON t.id = s.task_id
        LEFT JOIN membership m ON m.project_id = t.project_id AND m.person_id = s.person_id
        WHERE s.person_id = :person ORDER BY s.id
        """,
        person=person_id,
    )
    return tuple(tuple(row) for row in rows)


def _near(drawn: int, low: int) -> int:
    """Return the number nearest to one that was drawn, of those with the low bits that a lock has."""
    ahead = (low - drawn) & LOCK_BITS
    return drawn + (ahead if ahead <= LOCK_BITS // 2 else ahead - LOCK_BITS - 1)
