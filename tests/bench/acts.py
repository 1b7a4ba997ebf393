"""Claim and submit, with an annotation beside a draft: by annoflow's services, and by SQL written by hand.

By hand are the same reads, checks, locks and writes, of rows that are only looked at once: whether the person may,
whether anything is paused or closed, what the label may be, whether an issue or a review of theirs is in the way.
"""

import json
from datetime import timedelta
from typing import Any, NamedTuple

from sqlmodel import col, select

from tests.bench.driver import Driver
from tests.bench.states import NOW
from workflow_core.domain.measures.figures import IDLE, day_of
from workflow_core.services.contributors import work
from workflow_core.store.database.columns import micros
from workflow_core.store.database.engine import Engine, session_scope
from workflow_core.store.models import Assignment, Person, Task

DRAWN = {"label": "car", "tool": "box", "geometry": {"x": 1.0, "y": 1.0, "width": 20.0, "height": 10.0}}


class Seat(NamedTuple):
    """A person and the task that they work in."""

    task_id: int
    person: Person


class Claimed(NamedTuple):
    """What somebody holds."""

    id: int
    token: int


def seats(engine: Engine, *, task: str) -> list[Seat]:
    """Return those who work in a task."""
    with session_scope(engine, read_only=True) as session:
        query = select(Task.id, Person).join(Assignment, col(Assignment.task_id) == col(Task.id))
        query = query.join(Person, col(Person.id) == col(Assignment.person_id)).where(Task.name == task)
        return [Seat(*row) for row in session.exec(query.order_by(col(Assignment.id)))]


class ByServices:
    """As the API calls them, each act in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, seat: Seat) -> Claimed | None:
        with session_scope(self._engine) as session:
            claim = work.claim_next(session, actor=seat.person, task_id=seat.task_id, now=NOW)
        return claim and Claimed(claim.id, claim.token)

    def submit(self, seat: Seat, claimed: Claimed) -> None:
        with session_scope(self._engine) as session:
            work.submit(
                session,
                actor=seat.person,
                task_item_id=claimed.id,
                status="completed",
                token=claimed.token,
                annotations=[DRAWN],
                now=NOW,
            )


MAY = """
    SELECT s.id, t.lease, t.closed_at, t.archived_at, t.paused_at, s.paused_at, l.paused_at,
           t.lock_when_due AND t.due_at <= :now
    FROM assignment s JOIN task t ON t.id = s.task_id JOIN person p ON p.id = s.person_id AND p.active
    JOIN membership m ON m.project_id = t.project_id AND m.person_id = p.id
    LEFT JOIN pipeline l ON l.id = t.pipeline_id
    WHERE s.task_id = :task AND s.person_id = :person AND s.active AND m.role IN ('contributor', 'manager', 'owner')
"""
HOLDS = """
    SELECT id, claim_no FROM task_item WHERE task_id = :task AND assignment_id = :assignment AND state = 'claimed'
    ORDER BY rank, position, id LIMIT 1
"""
NEXT = """
    SELECT id FROM task_item WHERE task_id = :task AND assignment_id = :assignment
    AND state IN ('queued', 'returned') AND (parked IS NULL OR parked <> 'max-fix-rounds')
    ORDER BY rank, position, id LIMIT 1
"""
OPENED = """
    INSERT INTO activity (task_id, person_id, day, task_item_id, visit, active_us, waited_us, last_at, again)
    SELECT ti.task_id, :person, :day, ti.id, ti.visit, 0, CASE WHEN ti.begun THEN NULL ELSE :now - ti.since END, :now,
           EXISTS (SELECT 1 FROM activity a WHERE a.task_item_id = ti.id AND a.person_id = :person
                   AND a.visit = ti.visit AND a.day <> :day)
    FROM task_item ti WHERE ti.id = :id
    ON CONFLICT (task_id, person_id, day, task_item_id, visit) DO UPDATE SET last_at = excluded.last_at
"""
CLAIM = """
    UPDATE task_item SET state = 'claimed', lease_until = :until, claim_no = claim_no + 1, begun = TRUE, parked = NULL,
        since = :now, shown_upto = coalesce((
            SELECT max(n.id + 0) FROM annotation n WHERE n.item_id = task_item.item_id AND n.task_id = task_item.task_id
            AND n.external_id IS NOT NULL
        ), 0)
    WHERE id = :id RETURNING claim_no
"""
CLAIMED = """
    INSERT INTO event (at, verb, project_id, item_id, task_id, entry_id, assignment_id, actor_id, visit, placement)
    SELECT :now, 'claimed', 1, item_id, task_id, entry_id, assignment_id, :person, visit, placement
    FROM task_item WHERE id = :id
"""
OPEN = """
    SELECT ti.item_id, ti.entry_id, ti.assignment_id, ti.visit, ti.placement, t.statuses, r.content, i.width, i.height
    FROM task_item ti JOIN entry e ON e.id = ti.entry_id JOIN item i ON i.id = ti.item_id
    JOIN task t ON t.id = ti.task_id AND t.closed_at IS NULL AND t.archived_at IS NULL
    JOIN recipe r ON r.id = t.recipe_id JOIN assignment s ON s.id = ti.assignment_id AND s.active
    JOIN person p ON p.id = s.person_id AND p.active
    JOIN membership m ON m.project_id = t.project_id AND m.person_id = p.id
    WHERE ti.id = :id AND ti.state = 'claimed' AND ti.claim_no = :token AND s.person_id = :person
    AND m.role IN ('contributor', 'manager', 'owner') AND NOT (t.lock_when_due AND coalesce(t.due_at <= :now, FALSE))
    AND NOT EXISTS (SELECT 1 FROM issue x WHERE x.task_item_id = ti.id AND x.state IN ('open', 'for_review'))
    AND NOT EXISTS (SELECT 1 FROM annotation a WHERE a.item_id = ti.item_id AND a.task_id = ti.task_id
                    AND a.deleted_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM review v JOIN task_item q ON q.item_id = ti.item_id AND q.task_id = v.qa_task_id
                    JOIN assignment o ON o.id = q.assignment_id AND o.person_id = :person
                    WHERE v.task_id = ti.task_id AND q.state IN ('queued', 'claimed', 'returned', 'waiting'))
"""
DRAW = """
    INSERT INTO annotation (item_id, task_id, label, tool, geometry, attributes, origin, created_by, created_at)
    VALUES (:item, :task, :label, :tool, :geometry, '{}', 'human', :person, :now) RETURNING id
"""
DRAFT = "DELETE FROM draft WHERE task_item_id = :id AND person_id = :person"
DONE = """
    UPDATE activity SET active_us = active_us + CASE WHEN last_at BETWEEN :now - :idle AND :now THEN :now - last_at
        ELSE 0 END, last_at = NULL
    WHERE task_id = :task AND person_id = :person AND day = :day AND task_item_id = :id AND visit = :visit
"""
EVENT = """
    INSERT INTO event (at, verb, project_id, item_id, task_id, entry_id, assignment_id, actor_id, visit, placement,
                       status, detail)
    VALUES (:now, :verb, 1, :item, :task, :entry, :by, :person, :visit, :placement, :status, :detail) RETURNING id
"""
SUBMIT = """
    UPDATE task_item SET state = 'submitted', status = :status, status_event_id = :event, routing = 'pending',
        kept_status = NULL, kept_event_id = NULL, kept_by = NULL, kept_routing = NULL, lease_until = NULL,
        parked = NULL, begun = TRUE, since = :now
    WHERE id = :id AND state = 'claimed' AND claim_no = :token
"""


class BySql:
    """On the bare driver, with the same statements on both databases."""

    def __init__(self, engine: Engine) -> None:
        self._driver = Driver(engine)
        self._next = NEXT + ("FOR NO KEY UPDATE SKIP LOCKED" if self._driver.postgres else "")
        self._open = OPEN + ("FOR NO KEY UPDATE OF e, ti" if self._driver.postgres else "")
        now = micros(NOW)
        self._values = {
            "now": now,
            "day": day_of(NOW),
            "idle": IDLE // timedelta(microseconds=1),
            "status": "completed",
        }

    def claim(self, seat: Seat) -> Claimed | None:
        run, values = self._driver.run, {**self._values, "task": seat.task_id, "person": seat.person.id}
        with self._driver.transaction():
            assignment, lease, *hindered = run(MAY, values).fetchone()
            assert not any(hindered)
            values |= {"assignment": assignment, "until": values["now"] + lease * 1_000_000}
            if held := run(HOLDS, values).fetchone():
                return Claimed(*held)
            found = run(self._next, values).fetchone()
            if found is None:
                return None
            values["id"] = found[0]
            run(OPENED, values)
            (token,) = run(CLAIM, values).fetchone()
            run(CLAIMED, values)
            return Claimed(values["id"], token)

    def submit(self, seat: Seat, claimed: Claimed) -> None:
        run, values = self._driver.run, {**self._values, "task": seat.task_id, "person": seat.person.id}
        values |= {"id": claimed.id, "token": claimed.token}
        with self._driver.transaction():
            item, entry, assignment, visit, placement, *known = run(self._open, values).fetchone()
            statuses, recipe, width, height = known
            box = DRAWN["geometry"]
            assert any(one["name"] == values["status"] for one in _read(statuses))
            assert any(one["name"] == DRAWN["label"] for one in _read(recipe)["labels"])
            assert width is None or (box["x"] + box["width"] <= width and box["y"] + box["height"] <= height)
            values |= {"item": item, "entry": entry, "by": assignment, "visit": visit}
            drawn = {"label": DRAWN["label"], "tool": DRAWN["tool"], "geometry": json.dumps(box, separators=(",", ":"))}
            (annotation,) = run(DRAW, {**values, **drawn}).fetchone()
            detail = json.dumps({"created": [annotation]}, separators=(",", ":"))
            run(
                EVENT,
                {**values, "verb": "annotated", "by": None, "placement": placement, "status": None, "detail": detail},
            )
            run(DRAFT, values)
            run(DONE, values)
            (values["event"],) = run(
                EVENT, {**values, "verb": "submitted", "placement": placement, "detail": None}
            ).fetchone()
            assert run(SUBMIT, values).rowcount == 1
            if self._driver.postgres:
                run("SELECT pg_notify('annoflow_status', '')", {})


def _read(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document
