"""How many items are still to come to each task: busy in one before it, and not in it until now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from operator import or_
from typing import NamedTuple

from sqlmodel import Session

from workflow_core.domain.measures.progress import add_up
from workflow_core.domain.views.progress import Passing
from workflow_core.domain.work import states
from workflow_core.domain.work.states import State
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import is_postgres, listed, run
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.reads import counts
from workflow_core.store.reads.counts import Alike

BUSY = f"({OPEN} OR routing = 'pending' OR (parked IS NOT NULL AND routing = 'parked'))"
LIVE = "state <> 'withdrawn'"
MANY = 50
"""Where so many times fewer are busy than have been in a task, each is looked up sooner than all are counted."""

SPARSE = 10
"""Where so many times fewer are busy than have been in a task, they are found one by one."""


def to_come(
    session: Session, rows: Iterable[Alike], *, following: Mapping[int, int], version_id: int | None = None
) -> dict[int, int]:
    """Return, per task, how many items are busy in the tasks before it and have not been in it; all, or a version's.

    `following` has for each task those ahead of it, a bit for each: the n-th is the n-th task of the mapping; `rows`
    are those of all of them.
    """
    if not any(following.values()):
        return {}
    own = counts.ENTERED
    if version_id is not None:
        own += f" AND {int(version_id)} = (SELECT e.version_id FROM entry e WHERE e.id = entry_id)"
        rows = counts.alike(session, task_ids=following, own=own)
    bit = {task: 1 << place for place, task in enumerate(following)}
    standing = _standing(session, (one for one in rows if one.task_id in following), own)
    # Nobody is to come where all have been, which is asked where many might; a version has others beside it.
    fullest = max((one.own for one in standing.values()), default=0)
    many = version_id is None and MANY * sum(one.busy for one in standing.values()) > fullest
    everybody = _entered(session, task_id=next(iter(following))) if many else -1
    open_to = sum(bit[task] for task in following if task not in standing or standing[task].own != everybody)
    ahead = {task: mask & open_to for task, mask in following.items()}
    busy = {task: one.busy for task, one in standing.items() if one.busy and ahead[task]}
    sums = add_up(((ahead[task], items) for task, items in busy.items()), len(following))
    coming = dict(zip(following, sums, strict=True))
    reached = {task: (one.live, coming[task]) for task, one in standing.items()}
    sparse = {task for task, one in standing.items() if SPARSE * one.busy < one.live}
    for task, other, items in _been(session, ahead, busy, reached, sparse, own):
        if ahead[task] & bit[other]:
            coming[other] -= items
    # Until here an item counts once for each task in which it is busy. There are few that are in several.
    once: list[tuple[int, int]] = []
    each: list[tuple[int, int]] = []
    for tasks, been, items in _several(session, busy, ahead, sparse, own):
        masks = [ahead[task] & ~sum(bit[other] for other in been) for task in tasks]
        once.append((reduce(or_, masks), items))
        each.extend((mask, items) for mask in masks)
    for sign, counted in ((1, once), (-1, each)):
        for task, items in zip(following, add_up(counted, len(following)), strict=True):
            coming[task] += sign * items
    return coming


def _entered(session: Session, *, task_id: int) -> int:
    """Return how many items ever entered the pipeline of a task."""
    query = "SELECT count(*) FROM entry WHERE pipeline_id = (SELECT pipeline_id FROM task WHERE id = :task)"
    return int(run(session, query, task=task_id).one()[0])


def items(
    session: Session, *, task_id: int, before: Mapping[int, Collection[int]], after: int, limit: int
) -> list[Passing]:
    """Return the items still to come to a task, in the order of their keys; `before` has by version the tasks ahead."""
    follows = "" if len(before) == 1 else " AND (SELECT e.version_id FROM entry e WHERE e.id = b.entry_id) = {}"
    there = " OR ".join(f"(b.task_id IN ({listed(tasks)}){follows.format(key)})" for key, tasks in before.items())
    rows = run(
        session,
        f"""
        SELECT b.item_id, i.folder, i.name AS item, min(b.since) AS since
        FROM task_item b JOIN item i ON i.id = b.item_id
        WHERE ({there or "FALSE"}) AND b.entry_id IS NOT NULL AND {BUSY} AND b.item_id > :after AND NOT EXISTS (
            SELECT 1 FROM task_item x WHERE x.item_id = b.item_id AND x.task_id = :task AND x.{LIVE}
        ) GROUP BY b.item_id, i.folder, i.name ORDER BY b.item_id LIMIT :limit
        """,
        task=task_id,
        after=after,
        limit=limit,
    ).mappings()
    return [Passing(**{**row, "since": moment(row["since"])}) for row in rows]


class _Standing(NamedTuple):
    """How many items are in a task or were, how many of them by the pipeline, and how many are busy there."""

    live: int
    own: int
    busy: int


def _standing(session: Session, rows: Iterable[Alike], own: str) -> dict[int, _Standing]:
    found: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in rows:
        live = one.state != State.WITHDRAWN
        busy = one.state in states.OPEN or (one.parked is not None and one.state == State.SUBMITTED)
        numbers = (one.items if live else 0, one.own if live else 0, one.own if busy else 0)
        found[one.task_id] = [sum(both) for both in zip(found[one.task_id], numbers, strict=True)]
    pending = f"""
        SELECT task_id, count(*) FROM task_item
        WHERE {_among(session, "task_id", list(found))} AND routing = 'pending' AND {own} GROUP BY task_id
    """
    for task, items in run(session, pending):
        found[task][2] += items
    return {task: _Standing(*numbers) for task, numbers in found.items()}


def _rows_of_busy(session: Session, tasks: Collection[int], sparse: Collection[int], own: str) -> str:
    """Return the SQL of the task items of what is busy in tasks, each part by an index of its own.

    Where few of many are open they are found by their state; SQLite would read the other index to its end for them.
    """
    keys, full, few = (listed(those) for those in (tasks, set(tasks).difference(sparse), set(tasks) & set(sparse)))
    return f"""
        SELECT item_id, task_id FROM task_item WHERE task_id IN ({full}) AND {OPEN} AND {own}
        UNION ALL
        SELECT item_id, task_id
        FROM (SELECT u.id AS found FROM task_item u WHERE u.task_id IN ({few}) AND u.{OPEN}) u CROSS JOIN task_item
        WHERE task_item.id = u.found AND {own}
        UNION ALL
        SELECT item_id, task_id FROM task_item
        WHERE {_among(session, "task_id", tasks)} AND routing = 'pending' AND {own}
        UNION ALL
        SELECT item_id, task_id FROM task_item
        WHERE task_id IN ({keys}) AND parked IS NOT NULL AND routing = 'parked' AND {own}
    """


def _among(session: Session, column: str, tasks: Iterable[int]) -> str:
    """Return the SQL that a task is one of these; SQLite is to look by something else, that fewer rows have."""
    return f"{column} {'' if is_postgres(session) else '+ 0 '}IN ({listed(tasks)})"


def _been(
    session: Session,
    following: Mapping[int, int],
    busy: Mapping[int, int],
    reached: Mapping[int, tuple[int, int]],
    sparse: Collection[int],
    own: str,
) -> Iterable[tuple[int, int, int]]:
    """Return of tasks in which items are busy, and others in which they have been, how many there are.

    `reached` has how many have been in a task, and how many may come there: it begins with what is less.
    """
    few = [task for task, (live, coming) in reached.items() if 0 < live < coming]
    many = {task for task, (live, coming) in reached.items() if live >= coming > 0}
    if few:
        yield from run(
            session,
            f"""
            SELECT b.task_id, x.task_id, count(*)
            FROM (SELECT item_id, task_id FROM task_item WHERE task_id IN ({listed(few)}) AND {LIVE}) x
            CROSS JOIN (SELECT item_id, task_id FROM task_item WHERE {BUSY} AND {own}) b
            WHERE b.item_id = x.item_id AND {_among(session, "b.task_id", busy)}
            GROUP BY b.task_id, x.task_id
            """,
        )
    if many:
        reaching = sum(1 << place for place, task in enumerate(following) if task in many)
        yield from run(
            session,
            f"""
            SELECT b.task_id, x.task_id, count(*)
            FROM ({_rows_of_busy(session, [task for task in busy if following[task] & reaching], sparse, own)}) b
            CROSS JOIN (SELECT item_id, task_id FROM task_item WHERE {LIVE}) x
            WHERE x.item_id = b.item_id AND {_among(session, "x.task_id", many)}
            GROUP BY b.task_id, x.task_id
            """,
        )


def _several(
    session: Session, busy: Mapping[int, int], following: Mapping[int, int], sparse: Collection[int], own: str
) -> Iterable[tuple[list[int], list[int], int]]:
    """Return the sets of tasks in which items are busy at once, those in which they have been, and how many there are.

    Whoever is in several is in one that is not the fullest.
    """
    fullest = max(busy, key=lambda task: busy[task], default=None)
    others = [task for task in busy if task != fullest]
    if not others:
        return
    joined = "string_agg(CAST({} AS TEXT), ',')" if is_postgres(session) else "group_concat({})"
    theirs = f"{BUSY} AND {own} AND {_among(session, 'task_id', busy)}"
    several = f"""
        SELECT DISTINCT b.item_id FROM ({_rows_of_busy(session, others, sparse, own)}) b
        CROSS JOIN (SELECT item_id, task_id FROM task_item WHERE {theirs}) x
        WHERE x.item_id = b.item_id AND x.task_id <> b.task_id
    """
    for tasks, been, items in run(
        session,
        f"""
        SELECT tasks, been, count(*) FROM (
            SELECT {joined.format("x.busy")} AS tasks, {joined.format("x.task_id")} AS been
            FROM ({several}) b
            CROSS JOIN (
                SELECT item_id, task_id, CASE WHEN {theirs} THEN task_id END AS busy FROM task_item WHERE {LIVE}
            ) x
            WHERE x.item_id = b.item_id AND {_among(session, "x.task_id", following)} GROUP BY b.item_id
        ) alike GROUP BY tasks, been
        """,
    ):
        yield [int(task) for task in tasks.split(",")], [int(task) for task in been.split(",")], int(items)
