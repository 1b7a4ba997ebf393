"""Counts of task items: how many are in which state, per task and assignment, and what is stuck."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlmodel import Session

from workflow_core.domain.measures.progress import Counts
from workflow_core.store.allocation.takers import TAKER
from workflow_core.store.database.columns import moment
from workflow_core.store.database.dialect import is_postgres, listed, run
from workflow_core.store.reads import flagged
from workflow_core.store.reads.flagged import Share


class Alike(NamedTuple):
    """How many task items are alike in all that counts, and how many of them are a pipeline's."""

    task_id: int
    assignment_id: int | None
    state: str
    status: str | None
    begun: bool
    visit: int
    kept_by: str | None
    parked: str | None
    items: int
    own: int


ENTERED = "entry_id IS NOT NULL"
_COLUMNS = Alike._fields[:-2]
_ALIKE = ", ".join(_COLUMNS)
_NULLABLE = frozenset({"assignment_id", "status", "kept_by", "parked"})
MANY = 200
"""Where there are so many task items for each share, SQLite goes from group to group instead of from row to row."""


def alike(
    session: Session, *, task_ids: Collection[int], own: str = ENTERED, shares: Collection[int] | None = None
) -> list[Alike]:
    """Return what all counting of task items begins with; of these assignments and the pool alone, where they are said.

    It goes along an index that has all of it: a test for each task item would take four times as long on SQLite.
    `own` is the SQL of what is a pipeline's.
    """
    if own == ENTERED and not is_postgres(session) and _are_many(session, task_ids, shares):
        return _by_leaps(session, task_ids, shares)
    theirs = "count(entry_id)" if own == ENTERED else f"sum(CASE WHEN {own} THEN 1 ELSE 0 END)"
    # The pool by itself, since with an OR SQLite would read what is everybody's.
    among = [""] if shares is None else [f"AND assignment_id IN ({listed(shares)})", "AND assignment_id IS NULL"]
    of = f"FROM task_item WHERE task_id IN ({listed(task_ids)})"
    each = [f"SELECT {_ALIKE}, count(*), {theirs} {of} {one} GROUP BY {_ALIKE}" for one in among]
    rows = run(session, " UNION ALL ".join(each))
    return [Alike(*row) for row in rows]


def _are_many(session: Session, task_ids: Collection[int], shares: Collection[int] | None) -> bool:
    """Return whether there are many task items for each share; all of the database, which is known at once."""
    of = f"task_id IN ({listed(task_ids)})" if shares is None else f"id IN ({listed(shares)})"
    query = f"SELECT (SELECT max(id) FROM task_item), (SELECT count(*) FROM assignment WHERE {of})"
    last, many = run(session, query).one()
    return int(last or 0) > MANY * (int(many) + len(task_ids))


def _by_leaps(session: Session, task_ids: Collection[int], shares: Collection[int] | None) -> list[Alike]:
    """Return what `alike` does, on SQLite: the first of each group, by the index, and then how many are like it.

    Counting what is equal in all columns takes less than half of what grouping by them takes, a row. In a task of a
    pipeline all came by an entry.
    """
    first = f"SELECT n.id FROM task_item n WHERE n.task_id = {{}} ORDER BY {_named('n', _COLUMNS)} LIMIT 1"
    pool = first.format("t.id AND n.assignment_id IS NULL")
    theirs = first.format("s.task_id AND n.assignment_id = s.id")
    tasks = f"FROM task t WHERE t.id IN ({listed(task_ids)})"
    if shares is None:
        begin, fixed = f"SELECT ({first.format('t.id')}) {tasks}", 1
    else:
        these = f"FROM assignment s WHERE s.id IN ({listed(shares)})"
        begin, fixed = f"SELECT ({pool}) {tasks} UNION ALL SELECT ({theirs}) {these}", 2
    following = ", ".join(_following(place) for place in reversed(range(fixed, len(_COLUMNS))))
    rows = run(
        session,
        f"""
        WITH RECURSIVE one (id) AS (
            {begin} UNION ALL SELECT coalesce({following}) FROM one JOIN task_item g ON g.id = one.id
        )
        SELECT {_named("g", _COLUMNS)}, (SELECT count(*) FROM task_item n WHERE {_like(_COLUMNS)}), t.pipeline_id
        FROM one CROSS JOIN task_item g CROSS JOIN task t WHERE g.id = one.id AND t.id = g.task_id
        """,
    )
    return [Alike(*(*row[:-1], 0 if row[-1] is None else row[-2])) for row in rows]


def _following(place: int) -> str:
    """Return the SQL of the first task item of the next group that differs from a group `g` in a column first."""
    column = _COLUMNS[place]
    least = f"coalesce(g.{column}, {-1 if column == 'assignment_id' else repr('')})"
    beyond = f"n.{column} > {least if column in _NULLABLE else f'g.{column}'}"
    order = _named("n", _COLUMNS[place:])
    return f"(SELECT n.id FROM task_item n WHERE {_like(_COLUMNS[:place])} AND {beyond} ORDER BY {order} LIMIT 1)"


def _named(table: str, names: Iterable[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


def _like(names: Iterable[str]) -> str:
    return " AND ".join(f"n.{name} {'IS' if name in _NULLABLE else '='} g.{name}" for name in names)


def by_share(session: Session, rows: Iterable[Alike], *, issues: bool = True) -> dict[Share, Counts]:
    """Return the counts of every assignment, and of the pool, that has a task item among these.

    Without `issues` none of those are looked up that are unresolved, which are everybody's, whoever's share it is.
    """
    found: defaultdict[Share, Counter[str]] = defaultdict(Counter)
    for one in rows:
        counted = found[one.task_id, one.assignment_id]
        counted[one.state] += one.items
        counted["begun"] += one.items if one.begun or one.visit > 1 or one.kept_by else 0
        counted["parked"] += one.items if one.parked else 0
        counted["taken"] += one.items if one.kept_by == "issue" else 0
    for of, by, unresolved in flagged.unresolved(session) if issues else ():
        for share in {of, by} & found.keys():
            found[share]["unresolved_issues"] += unresolved
    return {share: Counts(**counted) for share, counted in found.items()}


def by_status(rows: Iterable[Alike]) -> dict[int, dict[str, int]]:
    """Return how many items have each status, per task."""
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for one in rows:
        if one.status is not None:
            found[one.task_id][one.status] += one.items
    return {task: dict(sorted(statuses.items())) for task, statuses in found.items()}


GONE = "gone"
"""Why a task item is stuck that lies with somebody who takes no work there any more; it is not parked."""
_TOLD = ", ".join(f"task_item.{name}" for name in ("id", "item_id", "task_id", "assignment_id", "status", "since"))


def stuck(
    session: Session, *, project_id: int, pipeline_id: int | None, after: Sequence[int | str] | None, limit: int
) -> list[dict[str, Any]]:
    """Return the task items that are parked, or lie with somebody who is gone, the oldest first.

    Those `after` a moment, in microseconds, and a task item.
    """
    where = "" if pipeline_id is None else "AND t.pipeline_id = :pipeline"
    values: dict[str, Any] = {} if pipeline_id is None else {"pipeline": pipeline_id}
    if after is not None:
        where += " AND (ti.since, ti.id) > (:since, :id)"
        values |= {"since": after[0], "id": after[1]}
    # CROSS, because SQLite keeps that order: first who is gone, instead of all that is queued.
    rows = run(
        session,
        f"""
        WITH stuck AS (
            SELECT {_TOLD}, parked AS why FROM task_item WHERE parked IS NOT NULL
            UNION ALL
            SELECT {_TOLD}, :gone
            FROM assignment s JOIN person p ON p.id = s.person_id JOIN task t ON t.id = s.task_id
            CROSS JOIN task_item
            WHERE task_item.task_id = s.task_id AND task_item.assignment_id = s.id
            AND NOT (s.active AND p.active) AND t.closed_at IS NULL AND task_item.parked IS NULL
            AND task_item.state IN ('queued', 'returned') AND (task_item.state = 'queued' OR NOT {TAKER})
        )
        SELECT ti.id AS task_item_id, ti.item_id, i.folder, i.name AS item, t.name AS task, pl.name AS pipeline,
               p.email AS assignee, ti.status, ti.why, ti.since
        FROM stuck ti JOIN task t ON t.id = ti.task_id JOIN item i ON i.id = ti.item_id
        LEFT JOIN pipeline pl ON pl.id = t.pipeline_id
        LEFT JOIN assignment s ON s.id = ti.assignment_id LEFT JOIN person p ON p.id = s.person_id
        WHERE t.project_id = :project {where} ORDER BY ti.since, ti.id LIMIT :limit
        """,
        gone=GONE,
        project=project_id,
        limit=limit,
        **values,
    ).mappings()
    return [{**row, "since": moment(row["since"])} for row in rows]
