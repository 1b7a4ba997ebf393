"""Give arrivals to people: in advance by weights, or to the pool of a queue; nobody reviews their own work."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from workflow_core.domain import allocation
from workflow_core.store.dialect import is_postgres, run

NOBODY = "nobody"
"""Why a place is parked that no contributor of its task may take."""


@dataclass
class _Team:
    queue: bool
    separate: bool
    counts: bool = True
    people: dict[int, int] = field(default_factory=dict)
    weights: dict[int, float] = field(default_factory=dict)
    totals: dict[int, int] = field(default_factory=dict)


def allot(session: Session, *, weights: Mapping[int, float] | None = None) -> None:
    """Set the assignment of each arrival of kind `task`, or why it is parked.

    `weights` by assignment stand instead of the task's own, and then what was allotted before does not count.
    """
    tasks = [row[0] for row in run(session, "SELECT DISTINCT task_id FROM arrival WHERE kind = 'task' ORDER BY 1")]
    if not tasks:
        return
    run(session, "DELETE FROM share")
    teams = _teams(session, tasks)
    if weights is not None:
        for team in teams.values():
            team.weights = {key: weights[key] for key in team.weights if key in weights}
            team.totals = {}
            team.counts = False
    if any(team.separate for team in teams.values()):
        _forbid_authors(session)
    run(
        session,
        """
        UPDATE arrival SET assignment_id = s.id
        FROM task_item x JOIN assignment s ON s.id = x.assignment_id JOIN person p ON p.id = s.person_id
        WHERE x.id = arrival.existing_id AND arrival.kind = 'task' AND s.active AND p.active
        AND ',' || arrival.forbidden || ',' NOT LIKE '%,' || CAST(s.id AS TEXT) || ',%'
        """,
    )
    groups: defaultdict[int, dict[frozenset[int], int]] = defaultdict(dict)
    for task, forbidden, count in run(
        session,
        """SELECT task_id, forbidden, count(*) FROM arrival WHERE kind = 'task' AND assignment_id IS NULL
        GROUP BY task_id, forbidden ORDER BY task_id, forbidden""",
    ):
        groups[task][frozenset(int(part) for part in forbidden.split(",") if part)] = count
    for task, counts in groups.items():
        _share_out(session, task, teams[task], counts)


def _share_out(session: Session, task: int, team: _Team, groups: dict[frozenset[int], int]) -> None:
    """Cut each group of a task into runs, one for each assignment, and park what nobody may take."""
    nobody = [group for group in groups if not set(team.weights) - group]
    for group in nobody:
        run(
            session,
            """UPDATE arrival SET parked = :why WHERE kind = 'task' AND assignment_id IS NULL
            AND task_id = :task AND forbidden = :group""",
            why=NOBODY,
            task=task,
            group=_text(group),
        )
    if team.queue:
        return
    given = allocation.constrained(
        {group: count for group, count in groups.items() if group not in nobody}, team.weights, team.totals
    )
    new: defaultdict[int, int] = defaultdict(int)
    for group, counts in given.items():
        low = 0
        for assignment, count in sorted(counts.items()):
            if count:
                run(
                    session,
                    "INSERT INTO share VALUES (:task, :group, :low, :high, :assignment)",
                    task=task,
                    group=_text(group),
                    low=low,
                    high=low + count,
                    assignment=assignment,
                )
                new[assignment] += count
                low += count
    if not new:
        return
    run(
        session,
        """
        UPDATE arrival SET assignment_id = s.assignment_id
        FROM (
            SELECT id, task_id, forbidden, row_number() OVER (PARTITION BY forbidden ORDER BY id) AS number
            FROM arrival WHERE kind = 'task' AND assignment_id IS NULL AND task_id = :task
        ) r JOIN share s ON s.task_id = r.task_id AND s.forbidden = r.forbidden
            AND r.number > s.low AND r.number <= s.high
        WHERE arrival.id = r.id
        """,
        task=task,
    )
    for assignment, count in sorted(new.items()) if team.counts else ():
        run(
            session,
            "UPDATE assignment SET allotted = allotted + :count WHERE id = :id",
            count=count,
            id=assignment,
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
                JOIN event ev ON ev.task_id = r.task_id AND ev.item_id = a.item_id AND ev.verb = 'submitted'
                JOIN assignment s ON s.task_id = a.task_id AND s.person_id = ev.actor_id AND s.active
                WHERE a.kind = 'task'
                ORDER BY a.id, s.id
            ) authors GROUP BY id
        ) f
        WHERE arrival.id = f.id
        """,
    )
