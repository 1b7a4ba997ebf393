"""Reviews: which tasks a QA task reviews, by the version that an item follows."""

from collections.abc import Mapping, Sequence
from json import loads
from typing import Any

from sqlmodel import Session

from workflow_core.domain.annotations.recipes import Recipe, from_text
from workflow_core.domain.work.disputes import Dispute
from workflow_core.domain.work.issues import IssueState
from workflow_core.domain.work.reviewing import Annotation, Case, Flag, Member, Reviewed, Standing
from workflow_core.domain.work.states import State
from workflow_core.store.allocation.takers import TAKERS
from workflow_core.store.database.dialect import among, gathered, run
from workflow_core.store.models.issues import UNRESOLVED
from workflow_core.store.models.task_items import REVIEWED

HELD_AGAIN = "exit NOT IN ('discarded', 'removed')"
"""Whether an entry left by an exit to which an issue holds it again."""
FLAGS = f"""
    issue x JOIN task_item o ON o.id = x.task_item_id WHERE x.qa_task_item_id = task_item.id AND x.{UNRESOLVED}
"""


def task_ids(session: Session, *, qa_task_item_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the keys of the tasks that are reviewed at QA task items, by the keys of these."""
    these, ids = among(session, qa_task_item_ids)
    reviewed = f"SELECT task_item.id, r.task_id FROM task_item JOIN review r ON {REVIEWED} WHERE task_item.id {these}"
    found: dict[int, list[int]] = {one: [] for one in qa_task_item_ids}
    for qa_task_item_id, task_id in run(session, f"{reviewed} ORDER BY 2", ids=ids):
        found[qa_task_item_id].append(task_id)
    return found


def recipes(session: Session, *, qa_task_item_ids: Sequence[int]) -> dict[int, dict[int, tuple[str, Recipe]]]:
    """Return the names and recipes of the tasks that are reviewed at QA task items, by the keys of these and theirs."""
    these, ids = among(session, qa_task_item_ids)
    rows = run(
        session,
        f"""
        SELECT task_item.id, t.id, t.name, CAST(c.content AS TEXT) FROM task_item JOIN review r ON {REVIEWED}
        JOIN task t ON t.id = r.task_id JOIN recipe c ON c.id = t.recipe_id WHERE task_item.id {these} ORDER BY t.id
        """,
        ids=ids,
    )
    found: dict[int, dict[int, tuple[str, Recipe]]] = {one: {} for one in qa_task_item_ids}
    for qa_task_item_id, key, name, content in rows:
        found[qa_task_item_id][key] = name, from_text(content)
    return found


def reviewed(
    session: Session, *, qa_task_item_id: int, annotation_id: int | None
) -> tuple[Annotation | None, dict[int, Reviewed]]:
    """Return an annotation of the item of a QA task item, and the tasks reviewed there by key, the oldest first."""
    rows = run(
        session,
        f"""
        SELECT t.name AS task, CAST(c.content AS TEXT) AS recipe, n.id AS annotation_id, n.task_id AS made_in,
               n.created_by, {_standing(session)}, t.id AS task_id, (
                   SELECT ev.actor_id FROM event ev WHERE ev.task_id = t.id AND ev.item_id = qa.item_id
                   AND ev.verb = 'submitted' ORDER BY ev.id DESC LIMIT 1
               ) AS submitted_by
        FROM task_item qa LEFT JOIN annotation n
            ON n.id = :annotation AND n.item_id = qa.item_id AND n.deleted_at IS NULL
        LEFT JOIN review r ON {REVIEWED.replace("task_item", "qa")} LEFT JOIN task t ON t.id = r.task_id
        LEFT JOIN recipe c ON c.id = t.recipe_id
        LEFT JOIN task_item ON task_item.task_id = t.id AND task_item.item_id = qa.item_id
        WHERE qa.id = :qa ORDER BY t.id
        """,
        qa=qa_task_item_id,
        annotation=annotation_id,
    ).mappings()
    first = rows[0]
    made = first["annotation_id"] and Annotation(first["annotation_id"], first["made_in"], first["created_by"])
    return made, {
        row["task_id"]: Reviewed(
            task=row["task"],
            labels=frozenset(label.name for label in from_text(row["recipe"]).labels),
            standing=_as_standing(row) if row["id"] is not None else None,
            submitted_by=row["submitted_by"],
        )
        for row in rows
        if row["task_id"] is not None
    }


def case(session: Session, *, issue_id: int, person_id: int | None) -> Case | None:
    """Return an issue as it is now, for somebody; None where there is none. Who has locked its item has it locked."""
    rows = run(
        session,
        f"""
        SELECT x.id AS issue_id, x.state AS issue_state, x.rounds, x.author_id, x.task_item_id, EXISTS (
                   SELECT 1 FROM issue o WHERE o.task_item_id = x.task_item_id AND o.{UNRESOLVED} AND o.id <> x.id
               ) AS others, t.max_fix_rounds, m.role, {_standing(session)}
        FROM issue x JOIN task_item ON task_item.id IN (x.task_item_id, x.qa_task_item_id)
        JOIN task t ON t.id = task_item.task_id
        LEFT JOIN membership m ON m.project_id = t.project_id AND m.person_id = :person
        WHERE x.id = :issue
        """,
        issue=issue_id,
        person=person_id,
    ).mappings()
    if not rows:
        return None
    of, review = sorted(rows, key=lambda row: row["id"] != row["task_item_id"])
    return Case(
        id=of["issue_id"],
        state=IssueState(of["issue_state"]),
        rounds=of["rounds"],
        author_id=of["author_id"],
        others=bool(of["others"]),
        max_fix_rounds=of["max_fix_rounds"],
        role=of["role"],
        returned=_as_standing(of),
        review=_as_standing(review),
    )


def disputes(session: Session, *, task_item_ids: Sequence[int]) -> dict[int, list[Dispute]]:
    """Return the unresolved issues of the items of task items, whoever flagged them, by these and oldest first."""
    if not task_item_ids:
        return {}
    these, ids = among(session, task_item_ids)
    rows = run(
        session,
        f"""
        SELECT task_item.id, x.id, x.state, x.task_item_id, x.qa_task_item_id, o.entry_id, n.label, p.email,
               EXISTS (SELECT 1 FROM review r WHERE {REVIEWED} AND r.task_id = o.task_id) AS reviewed
        FROM task_item JOIN issue x ON x.item_id = task_item.item_id AND x.{UNRESOLVED}
        JOIN task_item o ON o.id = x.task_item_id JOIN person p ON p.id = x.flagged_by
        LEFT JOIN annotation n ON n.id = x.annotation_id WHERE task_item.id {these} ORDER BY x.id
        """,
        ids=ids,
    )
    found: dict[int, list[Dispute]] = {}
    for at, *columns in rows:
        one = Dispute(*columns)
        found.setdefault(at, []).append(one._replace(state=IssueState(one.state), reviewed=bool(one.reviewed)))
    return found


def standings(session: Session, *, where: str, **values: Any) -> list[Standing]:
    """Return how task items stand for issues; `where` is fixed SQL on `task_item`."""
    query = f"SELECT {_standing(session)} FROM task_item JOIN task t ON t.id = task_item.task_id WHERE {where}"
    return [_as_standing(row) for row in run(session, f"{query} ORDER BY task_item.id", **values).mappings()]


def _standing(session: Session) -> str:
    """Return the columns that make the standing of a `task_item` in its task `t`."""
    return f"""
        task_item.id, task_item.entry_id, task_item.assignment_id, task_item.state, task_item.kept_by,
        t.queue IS NOT NULL AS queue,
        EXISTS (SELECT 1 FROM entry e WHERE e.id = task_item.entry_id AND e.{HELD_AGAIN}) AS exited,
        {gathered(session, "s.id, s.person_id, s.weight, s.allotted", TAKERS)} AS team,
        {gathered(session, "x.id, x.state, o.state = 'submitted'", FLAGS)} AS flags
    """


def _as_standing(row: Mapping[str, Any]) -> Standing:
    return Standing(
        id=row["id"],
        entry_id=row["entry_id"],
        assignment_id=row["assignment_id"],
        state=State(row["state"]),
        kept_by=row["kept_by"],
        queue=bool(row["queue"]),
        exited=bool(row["exited"]),
        team=sorted(Member(*one) for one in loads(row["team"])),
        flags=[Flag(key, IssueState(state), bool(submitted)) for key, state, submitted in loads(row["flags"])],
    )
