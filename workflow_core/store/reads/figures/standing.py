"""Where the items of tasks are: by state and status, and the one that has been where it is for longest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.measures.reports import Oldest
from workflow_core.domain.views.tasks import LastDone, ListedTaskItem
from workflow_core.domain.work.states import State
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import is_postgres, listed, run
from workflow_core.store.models.history import DAY_OF_EVENT
from workflow_core.store.models.task_items import OPEN

OPEN_HERE = f"ti.{OPEN}"


@dataclass(frozen=True)
class Standing:
    """How many items of a share are in a state, with a status, and since when the first of them is."""

    task_id: int
    assignment_id: int | None
    state: str
    status: str | None
    items: int
    since: datetime


def standings(session: Session, task_ids: Iterable[int]) -> list[Standing]:
    """Return how many items are in which state, with which status, per task and assignment."""
    rows = run(
        session,
        f"""
        SELECT task_id, assignment_id, state, status, count(*), min(since)
        FROM task_item WHERE task_id IN ({listed(task_ids)}) GROUP BY task_id, assignment_id, state, status
        """,
    )
    return [Standing(row[0], row[1], row[2], row[3], row[4], moment(row[5])) for row in rows]


def longest_open(session: Session, task_id: int) -> Standing | None:
    """Return the share and the state of what is open in a task for longest; None where nothing is."""
    # Each share by itself, and what is in none: then an index has what is open, and what is done is not read.
    row = run(
        session,
        f"""
        SELECT share, state, items, since FROM (
            SELECT s.id AS share, ti.state, count(*) AS items, min(ti.since) AS since
            FROM assignment s CROSS JOIN task_item ti
            WHERE s.task_id = :task AND ti.task_id = s.task_id AND ti.assignment_id = s.id AND {OPEN_HERE}
            GROUP BY s.id, ti.state
            UNION ALL
            SELECT NULL, ti.state, count(*), min(ti.since)
            FROM task_item ti WHERE ti.task_id = :task AND ti.assignment_id IS NULL AND {OPEN_HERE} GROUP BY ti.state
        ) each_share ORDER BY since LIMIT 1
        """,
        task=task_id,
    ).first()
    return None if row is None else Standing(task_id, row[0], row[1], None, row[2], moment(row[3]))


_TOLD = """ti.id, ti.item_id, i.folder, i.name AS item, ti.state, ti.status, ti.assignment_id, p.email AS assignee,
    ti.parked AS stuck, ti.since"""
_NAMED = """JOIN item i ON i.id = ti.item_id LEFT JOIN assignment s ON s.id = ti.assignment_id
    LEFT JOIN person p ON p.id = s.person_id"""


def of_task(
    session: Session, *, task_id: int, states: Iterable[str], assignment_id: int | None, after: int, limit: int
) -> list[ListedTaskItem]:
    """Return task items of a task in some states, of one assignment where it is said, in the order of their keys."""
    where = "" if assignment_id is None else "AND assignment_id = :assignment"
    values = {} if assignment_id is None else {"assignment": assignment_id}
    # Each state by itself, since only then an index has its rows in this order.
    each = " UNION ALL ".join(
        f"""SELECT id FROM (SELECT id FROM task_item WHERE task_id = :task AND state = '{State(one)}' {where}
        AND id > :after ORDER BY id LIMIT :limit) AS in_one"""
        for one in states
    )
    rows = run(
        session,
        f"SELECT {_TOLD} FROM task_item ti {_NAMED} WHERE ti.id IN ({each}) ORDER BY ti.id LIMIT :limit",
        task=task_id,
        after=after,
        limit=limit,
        **values,
    ).mappings()
    return [ListedTaskItem(**{**row, "since": moment(row["since"])}) for row in rows]


_LAST_DONE = f"""
    SELECT x.id FROM event x WHERE x.verb = 'submitted' AND x.task_id = s.task_id AND x.actor_id = s.person_id
    ORDER BY {DAY_OF_EVENT} DESC, x.at DESC, x.id DESC LIMIT :most"""


def is_last_done(session: Session) -> str:
    """Return the SQL of an event `e` being among those by which the person of an assignment `s` set a status last.

    PostgreSQL goes through all events and asks of each where it is not told to list them first, as SQLite does.
    """
    return f"e.id = ANY (ARRAY ({_LAST_DONE}))" if is_postgres(session) else f"e.id IN ({_LAST_DONE})"


def latest(session: Session, *, task_id: int, most: int) -> list[LastDone]:
    """Return what each person of a task set a status on last, so much of each, the latest first."""
    rows = run(
        session,
        f"""
        SELECT s.id AS assignment_id, e.item_id, i.name AS item, e.status
        FROM assignment s JOIN event e ON {is_last_done(session)} JOIN item i ON i.id = e.item_id
        WHERE s.task_id = :task ORDER BY e.id DESC
        """,
        task=task_id,
        most=most,
    ).mappings()
    return [LastDone(**row) for row in rows]


def oldest(session: Session, found: Standing) -> Oldest:
    """Return the oldest item of those that a standing counts."""
    whose = "IS NULL" if found.assignment_id is None else "= :assignment"
    values = {} if found.assignment_id is None else {"assignment": found.assignment_id}
    # + 0, or PostgreSQL may go through all task items there are, in the order of their keys, until one is right.
    row = run(
        session,
        f"""
        SELECT i.folder, i.name, ti.state, ti.since FROM task_item ti JOIN item i ON i.id = ti.item_id
        WHERE ti.id = (
            SELECT min(id + 0) FROM task_item
            WHERE task_id = :task AND assignment_id {whose} AND state = :state AND since = :since
        )
        """,
        task=found.task_id,
        state=found.state,
        since=found.since,
        **values,
    ).one()
    return Oldest(row[0], row[1], row[2], moment(row[3]))
