"""Turns: the one place that writes task items and their history.

What can happen to a task item, and what it then is, says the table of states (`transitions`). One call lets an event
happen to one task item or to ten thousand, in the same number of statements, and each has its event in the history.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from json import dumps
from typing import Any, Final, NamedTuple

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from workflow_core.domain.work.states import Event
from workflow_core.store import locks, models
from workflow_core.store.database.columns import Where
from workflow_core.store.database.dialect import among, is_postgres, json, run
from workflow_core.store.models import Item, TaskItem
from workflow_core.store.transitions import CHANGES, RECORDED, Change, kept_after, possible, state_after

NO_CHANGE: Final[Change] = {}
TASK_ITEM: Final = {name: f"task_item.{name}" for name in ("item_id", "task_id", "entry_id", "assignment_id", "visit")}
"""What an event tells of its task item."""
PROJECT_OF_ITEM: Final = """(
    SELECT of_set.project_id FROM item of_item JOIN dataset of_set ON of_set.id = of_item.dataset_id
    WHERE of_item.id = {item_id}
)"""
PROJECT_OF_TASK: Final = "(SELECT of_task.project_id FROM task of_task WHERE of_task.id = {task_id})"
WAKE: Final = ", pg_notify('annoflow_status', '')"
LAST_SUBMITTED: Final = """(
    SELECT max(ev.id) FROM event ev
    WHERE ev.task_id = task_item.task_id AND ev.item_id = task_item.item_id AND ev.verb = 'submitted'
)"""


class Happened(NamedTuple):
    """A task item to which something has happened; `token` is that of its last claim, `event_id` that of a status."""

    id: int
    item_id: int
    task_id: int
    token: int
    event_id: int | None


def happen(
    session: Session,
    event: Event,
    verb: str | None,
    *,
    where: str,
    now: datetime,
    actor_id: int | None = None,
    source: tuple[str, str] | None = None,
    change: Change = NO_CHANGE,
    tell: Change = NO_CHANGE,
    order: str = "task_item.id",
    locked: bool = False,
    wakes: bool = False,
    **values: Any,
) -> list[Happened]:
    """Let an event happen to those task items of a set to which it can; the history calls it `verb`.

    `where`, `change`, `tell` and `order` are fixed SQL on `task_item`, and on the `source` where there is one: a table
    and how it is joined. `change` says what changes besides what always does, or in its place, and `tell` what the
    event says besides what it always tells. `values` are bound in all of it. Who says `locked` has locked the rows;
    else it is done here, since somebody could change one between its event and its change. `wakes` the mover. Without a
    `verb` whoever calls writes the events, and is told nothing: a batch of a mover's has thousands of rows.
    """
    postgres = is_postgres(session)
    values |= {"now": now, "verb": verb, "actor": actor_id}
    lock, insert, changing = _statements(
        event, where, source, tuple(change.items()), tuple(tell.items()), order, verb is not None, wakes, postgres
    )
    if postgres and not locked:
        run(session, lock, **values)
    changed = []
    if verb is None:
        run(session, changing, **values)
    elif postgres or run(session, insert, **values).rowcount:
        changed = [Happened(*row[:5]) for row in run(session, changing, **values)]
    return changed


@lru_cache(maxsize=64)
def _statements(
    event: Event,
    where: str,
    source: tuple[str, str] | None,
    change: tuple[tuple[str, str], ...],
    tell: tuple[tuple[str, str], ...],
    order: str,
    told: bool,
    wakes: bool,
    postgres: bool,
) -> tuple[str, str, str]:
    """Return what locks the task items of `happen`, what tells of them, and what changes them; made once for each."""
    table, on = source or ("", "TRUE")
    joined = f"task_item JOIN {table} ON {on}" if table else "task_item"
    chosen = f"({where}) AND {possible(event)}"
    lock = f"SELECT 1 FROM {joined} WHERE {chosen} ORDER BY task_item.id FOR NO KEY UPDATE OF task_item"
    changed = {"state": state_after(event), "since": ":now", **_kept(event), **CHANGES[event], **dict(change)}
    sources, event_id = [table] if table else [], "NULL"
    if RECORDED in (by := changed.get("status_event_id", "")) and postgres:
        sources.append("recorded")
        event_id = RECORDED
        on += " AND recorded.item_id = task_item.item_id AND recorded.task_id = task_item.task_id"
    elif RECORDED in by:
        changed["status_event_id"] = by.replace(RECORDED, LAST_SUBMITTED)
        event_id = "task_item.status_event_id" if by == RECORDED else LAST_SUBMITTED
    told_of = {**_told(changed), **dict(tell)}
    insert = _insert(f"{joined} WHERE {chosen} ORDER BY {order}", tuple(told_of.items()))
    changing = f"""
        UPDATE task_item SET {", ".join(f"{column} = {sql}" for column, sql in changed.items())}
        {f"FROM {', '.join(sources)}" if sources else ""} WHERE {chosen} AND {on}
    """
    if told:
        changing += f"""RETURNING task_item.id, task_item.item_id, task_item.task_id, task_item.claim_no,
        {event_id} AS event_id {WAKE if wakes and postgres else ""}"""
    if told and postgres:
        changing = f"WITH recorded AS ({insert} RETURNING id, item_id, task_id) {changing}"
    return lock, insert, changing


def begin(session: Session, *, now: datetime) -> None:
    """Make the task items of arrivals at tasks where their items have never been."""
    run(
        session,
        """
        INSERT INTO task_item (task_id, item_id, entry_id, assignment_id, state, visit, begun, rank, position,
                               claim_no, parked, since)
        SELECT task_id, item_id, entry_id, assignment_id, 'queued', 1, FALSE, 0, 0, 0, parked, :now
        FROM arrival WHERE kind = 'task' AND existing_id IS NULL ORDER BY id
        ON CONFLICT (item_id, task_id) DO NOTHING
        """,
        now=now,
    )


def mark(session: Session, change: Change, *, where: str, **values: Any) -> int:
    """Change what is no state of task items, such as what became of a status; returns how many are changed.

    The history has it otherwise, or need not know it.
    """
    sets = ", ".join(f"{column} = {sql}" for column, sql in change.items())
    return run(session, f"UPDATE task_item SET {sets} WHERE {where}", **values).rowcount


def rank(session: Session, *, task_id: int, items: Where, rank: int) -> int:
    """Give task items of a task, of the items that the condition takes, a rank; returns how many it changes."""
    of = (col(TaskItem.task_id) == task_id) & (col(TaskItem.rank) != rank)
    of &= col(TaskItem.item_id).in_(select(Item.id).where(items))
    locks.lock_all(session, of)
    changed = update(TaskItem).where(of).values(rank=rank).execution_options(preserve_rowcount=True)
    return session.connection().execute(changed).rowcount


def record(
    session: Session, verb: str, *, of: str, what: Change, now: datetime, actor_id: int | None = None, **values: Any
) -> int:
    """Write an event for each row of a set, `of` which what follows FROM says which; returns how many.

    `what` is the SQL of the event's columns. It is for what happens to entries, issues and annotations, or is beside
    the states of task items.
    """
    return run(session, _insert(of, tuple(what.items())), now=now, verb=verb, actor=actor_id, **values).rowcount


def note(session: Session, events: Sequence[Mapping[str, Any]]) -> None:
    """Write events of what was seen elsewhere, a deploy or an import: columns and values, in one go."""
    if events:
        session.connection().execute(insert(models.Event), [dict(one) for one in events])


def tell(
    session: Session,
    verb: str,
    *,
    task_item_id: int,
    now: datetime,
    actor_id: int | None = None,
    name: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write what happened at one task item, and did not change it."""
    what = {**TASK_ITEM, "placement": "task_item.placement", "name": ":name"}
    what["detail"] = f"CAST(:detail AS {json(session)})"
    record(
        session,
        verb,
        of="task_item WHERE task_item.id = :task_item",
        what=what,
        now=now,
        actor_id=actor_id,
        task_item=task_item_id,
        name=name,
        detail=None if detail is None else dumps(detail),
    )


def park(session: Session, task_item_ids: Sequence[int], why: str, *, now: datetime) -> None:
    """Let task items be stuck, and say why."""
    if not task_item_ids:
        return
    these, ids = among(session, task_item_ids)
    mark(session, {"parked": ":why"}, where=f"id {these}", ids=ids, why=why)
    what = {**TASK_ITEM, "placement": "task_item.placement", "name": ":why"}
    record(
        session, "parked", of=f"task_item WHERE task_item.id {these} ORDER BY id", what=what, now=now, ids=ids, why=why
    )


@lru_cache(maxsize=64)
def _insert(of: str, changes: tuple[tuple[str, str], ...]) -> str:
    what = dict(changes)
    project = PROJECT_OF_ITEM.format(**what)
    if "task_id" in what:  # which costs half as much to look up, and an exit may be reached from none
        project = f"coalesce({PROJECT_OF_TASK.format(**what)}, {project})"
    columns = {"at": ":now", "verb": ":verb", "project_id": project, "actor_id": "CAST(:actor AS BIGINT)", **what}
    return f"INSERT INTO event ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {of}"


def _told(changed: Change) -> Change:
    """Return what an event tells: how the task item is after it, but for a status taken, and a placement that ended."""
    status = changed.get("status", "NULL")
    told = {name: changed.get(name, now) for name, now in TASK_ITEM.items()}
    return {**told, "status": "task_item.status" if status == "NULL" else status, "placement": "task_item.placement"}


def _kept(event: Event) -> Change:
    kept = kept_after(event)
    return NO_CHANGE if kept is None else {"kept_by": kept}
