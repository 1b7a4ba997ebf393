"""Give arrivals to people: in advance by weights, or to the pool of a queue; nobody reviews their own work."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from json import dumps
from typing import NamedTuple

from sqlmodel import Session

from workflow_core.domain.work import allocation
from workflow_core.domain.work.situations import NOBODY
from workflow_core.store.database.dialect import is_postgres, rows, run

UNGIVEN = "kind = 'task' AND assignment_id IS NULL AND parked IS NULL"


class _Share(NamedTuple):
    """A run of arrivals of a group, by their places among all that nobody has yet, and whom it goes to."""

    task_id: int
    forbidden: str
    low: int
    high: int
    assignment_id: int


@dataclass
class _Team:
    queue: bool
    separate: bool
    counts: bool = True
    people: dict[int, int] = field(default_factory=dict)
    weights: dict[int, float] = field(default_factory=dict)
    totals: dict[int, int] = field(default_factory=dict)


def allot(session: Session, *, weights: Mapping[int, float] | None = None) -> bool:
    """Set the assignment of each arrival of kind `task`, or why it is parked; returns whether any is for that.

    `weights` by assignment stand instead of the task's own, and then what was allotted before does not count.
    """
    groups, met = _groups(session)
    if not groups:
        return False
    teams = _teams(session, list(groups))
    if weights is not None:
        for team in teams.values():
            team.weights = {key: weights[key] for key in team.weights if key in weights}
            team.totals = {}
            team.counts = False
    separate = any(team.separate for team in teams.values())
    if separate:
        _forbid_authors(session)
    if met:
        _give_to_the_last(session)
    if separate or met:
        groups, _ = _groups(session)
    parked = [_park(session, task, teams[task], counts) for task, counts in groups.items()]
    if shares := list(_shares(groups, teams)):
        one = sum(len(counts) for counts in groups.values()) == 1
        _hand_out(session, shares, one=one, counted=all(team.counts for team in teams.values()))
    return any(parked)


def _groups(session: Session) -> tuple[dict[int, dict[frozenset[int], int]], bool]:
    """Count, for each task, what nobody has yet by who may not have it; and say whether an item is met there again."""
    groups: defaultdict[int, dict[frozenset[int], int]] = defaultdict(dict)
    again = 0
    for task, forbidden, count, met in run(
        session,
        f"""SELECT task_id, forbidden, count(*), count(existing_id) FROM arrival WHERE {UNGIVEN}
        GROUP BY task_id, forbidden ORDER BY task_id, forbidden""",
    ):
        groups[task][frozenset(int(part) for part in forbidden.split(",") if part)] = count
        again += met
    return groups, again > 0


def _give_to_the_last(session: Session) -> None:
    """Give what an item meets again to whoever has it there, if active and no author."""
    run(
        session,
        """
        UPDATE arrival SET assignment_id = s.id
        FROM task_item x JOIN assignment s ON s.id = x.assignment_id JOIN person p ON p.id = s.person_id
        WHERE x.id = arrival.existing_id AND arrival.kind = 'task' AND s.active AND p.active
        AND ',' || arrival.forbidden || ',' NOT LIKE '%,' || CAST(s.id AS TEXT) || ',%'
        """,
    )


def _park(session: Session, task: int, team: _Team, groups: Mapping[frozenset[int], int]) -> bool:
    """Park the groups that nobody of the team may take; returns whether there are any."""
    nobody = [group for group in groups if not set(team.weights) - group]
    for group in nobody:
        run(
            session,
            f"UPDATE arrival SET parked = :why WHERE {UNGIVEN} AND task_id = :task AND forbidden = :group",
            why=NOBODY,
            task=task,
            group=_text(group),
        )
    return bool(nobody)


def _shares(groups: Mapping[int, Mapping[frozenset[int], int]], teams: Mapping[int, _Team]) -> Iterator[_Share]:
    """Cut each group of a task into runs, one for each assignment; in a queue nobody gets anything unless named."""
    start = 0
    for task, counts in groups.items():
        team = teams[task]
        takers = {group: count for group, count in counts.items() if set(team.weights) - group}
        starts = dict(zip(takers, accumulate(takers.values(), initial=start), strict=False))
        start += sum(takers.values())
        if team.queue and team.counts:
            continue
        for group, shared in allocation.constrained(takers, team.weights, team.totals).items():
            low = starts[group]
            for assignment, count in sorted(shared.items()):
                if count:
                    yield _Share(task, _text(group), low, low + count, assignment)
                    low += count


def _hand_out(session: Session, shares: Sequence[_Share], *, one: bool, counted: bool) -> None:
    """Let each run of a group go to its assignment, in the order in which the arrivals came.

    Their keys say where it begins and ends, so that each arrival is changed as it is met: numbered in a join with the
    shares they took SQLite two to three times as long. Of `one` group they need no sorting by groups.
    """
    order = "id" if one else "task_id, forbidden, id"
    ids = run(session, f"SELECT id FROM arrival WHERE {UNGIVEN} ORDER BY {order}").scalars()
    bound = [share._replace(low=ids[share.low], high=ids[share.high - 1])._asdict() for share in shares]
    table = rows(session, "shares", keys=("task_id", "low", "high", "assignment_id"), texts=("forbidden",))
    run(session, "DELETE FROM share")
    run(
        session,
        f"INSERT INTO share SELECT d.task_id, d.forbidden, d.low, d.high, d.assignment_id FROM {table}",
        shares=dumps(bound),
    )
    run(
        session,
        f"""
        UPDATE arrival SET assignment_id = (
            SELECT s.assignment_id FROM share s WHERE s.task_id = arrival.task_id AND s.forbidden = arrival.forbidden
            AND arrival.id >= s.low AND arrival.id <= s.high
        ) WHERE {UNGIVEN}
        """,
    )
    if counted:
        new = Counter[int]()
        for share in shares:
            new[share.assignment_id] += share.high - share.low
        table = rows(session, "new", keys=("assignment_id", "count"))
        run(
            session,
            f"UPDATE assignment SET allotted = allotted + d.count FROM {table} WHERE assignment.id = d.assignment_id",
            new=dumps([{"assignment_id": key, "count": count} for key, count in new.items()]),
        )


def _text(group: Iterable[int]) -> str:
    return ",".join(str(assignment) for assignment in sorted(group))


def _teams(session: Session, tasks: list[int]) -> dict[int, _Team]:
    listed = ", ".join(str(task) for task in tasks)
    teams = {
        row.id: _Team(queue=row.queue, separate=row.separate)
        for row in run(
            session,
            f"""
            SELECT t.id, t.queue IS NOT NULL AS queue, NOT t.review_own AND EXISTS (
                SELECT 1 FROM review r
                JOIN assignment author ON author.task_id = r.task_id
                JOIN assignment mine ON mine.person_id = author.person_id AND mine.task_id = t.id AND mine.active
                WHERE r.qa_task_id = t.id
            ) AS separate
            FROM task t WHERE t.id IN ({listed})
            """,
        )
    }
    # Locked in the order of their keys: two movers that allot to the same tasks wait, and never for each other.
    lock = "FOR NO KEY UPDATE OF s" if is_postgres(session) else ""
    for row in run(
        session,
        f"""
        SELECT s.id, s.task_id, s.person_id, s.weight, s.allotted
        FROM assignment s JOIN person p ON p.id = s.person_id
        WHERE s.task_id IN ({listed}) AND s.active AND p.active ORDER BY s.id {lock}
        """,
    ):
        team = teams[row.task_id]
        team.people[row.id] = row.person_id
        team.weights[row.id] = row.weight
        team.totals[row.id] = row.allotted
    return teams


def _forbid_authors(session: Session) -> None:
    """Write into each arrival at a QA task which of its assignments belong to authors of the item."""
    if is_postgres(session):
        together = "string_agg(CAST(assignment_id AS TEXT), ',' ORDER BY assignment_id)"
    else:
        together = "group_concat(assignment_id, ',')"
    run(
        session,
        f"""
        UPDATE arrival SET forbidden = f.ids
        FROM (
            SELECT id, {together} AS ids
            FROM (
                SELECT DISTINCT a.id, s.id AS assignment_id
                FROM arrival a
                JOIN task t ON t.id = a.task_id AND NOT t.review_own
                JOIN review r ON r.qa_task_id = a.task_id
                    AND r.version_id = coalesce((SELECT e.version_id FROM entry e WHERE e.id = a.entry_id), 0)
                JOIN event ev ON ev.task_id = r.task_id AND ev.item_id = a.item_id AND ev.verb = 'submitted'
                JOIN assignment s ON s.task_id = a.task_id AND s.person_id = ev.actor_id AND s.active
                WHERE a.kind = 'task'
                ORDER BY a.id, s.id
            ) authors GROUP BY id
        ) f
        WHERE arrival.id = f.id
        """,
    )
