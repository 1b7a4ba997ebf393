"""Give arrivals to people: in advance by weights, or to the pool of a queue; nobody reviews their own work."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from workflow_core.domain import allocation
from workflow_core.store.database.dialect import is_postgres, run, run_many

NOBODY = "nobody"
"""Why a task item is parked that no contributor of its task may take."""


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
    shares = [share for task, counts in groups.items() for share in _shares(task, teams[task], counts)]
    if shares:
        one = sum(len(counts) for counts in groups.values()) == 1
        _hand_out(session, shares, one=one, counted=all(team.counts for team in teams.values()))
    return any(parked)


def _groups(session: Session) -> tuple[dict[int, dict[frozenset[int], int]], bool]:
    """Count, for each task, what nobody has yet by who may not have it; and say whether an item is met there again."""
    groups: defaultdict[int, dict[frozenset[int], int]] = defaultdict(dict)
    again = 0
    for task, forbidden, count, met in run(
        session,
        """SELECT task_id, forbidden, count(*), count(existing_id) FROM arrival
        WHERE kind = 'task' AND assignment_id IS NULL AND parked IS NULL
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
            """UPDATE arrival SET parked = :why WHERE kind = 'task' AND assignment_id IS NULL AND parked IS NULL
            AND task_id = :task AND forbidden = :group""",
            why=NOBODY,
            task=task,
            group=_text(group),
        )
    return bool(nobody)


def _shares(task: int, team: _Team, groups: Mapping[frozenset[int], int]) -> Iterator[dict[str, object]]:
    """Cut each group of a task into runs, one for each assignment; in a queue nobody gets anything unless named."""
    if team.queue and team.counts:
        return
    takers = {group: count for group, count in groups.items() if set(team.weights) - group}
    for group, counts in allocation.constrained(takers, team.weights, team.totals).items():
        low = 0
        for assignment, count in sorted(counts.items()):
            if count:
                yield {"task": task, "group": _text(group), "low": low, "high": low + count, "assignment": assignment}
                low += count


def _hand_out(session: Session, shares: Sequence[Mapping[str, object]], *, one: bool, counted: bool) -> None:
    """Number the arrivals of each group, and let each run of numbers go to its assignment.

    Of `one` group they are numbered as they come; those of several are sorted by their groups for it.
    """
    groups = "" if one else "PARTITION BY task_id, forbidden"
    run(session, "DELETE FROM share")
    run_many(session, "INSERT INTO share VALUES (:task, :group, :low, :high, :assignment)", shares)
    run(
        session,
        f"""
        UPDATE arrival SET assignment_id = s.assignment_id
        FROM (
            SELECT id, task_id, forbidden, row_number() OVER ({groups} ORDER BY id) AS number
            FROM arrival WHERE kind = 'task' AND assignment_id IS NULL AND parked IS NULL
        ) r JOIN share s ON s.task_id = r.task_id AND s.forbidden = r.forbidden
            AND r.number > s.low AND r.number <= s.high
        WHERE arrival.id = r.id
        """,
    )
    if counted:
        run(
            session,
            """
            UPDATE assignment SET allotted = allotted + s.new
            FROM (SELECT assignment_id, sum(high - low) AS new FROM share GROUP BY assignment_id) s
            WHERE assignment.id = s.assignment_id
            """,
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
