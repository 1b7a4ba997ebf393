"""A state that people have worked in for a hundred days: what figures count is there in a likely number.

Each item was annotated, and reviewed a day later. Every tenth had an issue, which was fixed on the third day and
looked at again on the fourth; every hundredth still has it. `annoflow db check` finds nothing wrong here.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from sqlmodel import Session

from tests.bench.beds import Fill
from tests.bench.states import EARLIER, NOW, deploy, follow_keys, numbers
from workflow_core.store.database.columns import micros
from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.database.engine import Engine, session_scope
from workflow_core.store.models import Event
from workflow_core.store.reads.figures.groups import DAY_US, day

DAYS = 100
LATER = NOW + timedelta(days=DAYS + 4)
ANNOTATORS, REVIEWERS = 10, 5
PIPELINE = f"""
project: bench
pipeline: bench
dataset: frames
source: {{watch: true}}
tasks:
  cars:
    type: annotation
    recipe: {{labels: [car, van]}}
    assignees: [{", ".join(f"ann{n}@example.org" for n in range(ANNOTATORS))}]
    on: {{completed: qa}}
  qa:
    type: qa
    assignees: [{", ".join(f"quinn{n}@example.org" for n in range(REVIEWERS))}]
""".encode()

CARS, QA = 1, 2
ANNOTATOR, REVIEWER = f"(1 + i / 7 % {ANNOTATORS})", f"({ANNOTATORS + 1} + i / 7 % {REVIEWERS})"
"""The keys of people, which are those of their assignments, too."""
SHARES = {CARS: ANNOTATOR, QA: REVIEWER}
ALL, GOOD, FAULTY, FIXED = "TRUE", "i % 10 <> 0", "i % 10 = 0", "i % 10 = 0 AND i % 100 <> 0"
LEFT, OPEN = "i % 100 <> 0", "i % 100 = 0"
STEPS = (
    # Days later, which items, what, in which task, whose doing, status, the step that led here.
    (0, ALL, "entered", None, None, None, None),
    (0, ALL, "placed", CARS, None, None, None),
    (0, ALL, "claimed", CARS, ANNOTATOR, None, None),
    (0, ALL, "submitted", CARS, ANNOTATOR, "completed", None),
    (0, ALL, "placed", QA, None, None, 3),
    (1, ALL, "claimed", QA, REVIEWER, None, None),
    (1, GOOD, "submitted", QA, REVIEWER, "approved", None),
    (1, GOOD, "exited", QA, None, None, 6),
    (1, FAULTY, "flagged", CARS, REVIEWER, None, None),
    (1, FAULTY, "returned", CARS, REVIEWER, "completed", None),
    (1, FAULTY, "waiting", QA, REVIEWER, None, None),
    (2, FIXED, "claimed", CARS, ANNOTATOR, None, None),
    (2, FIXED, "fixed", CARS, ANNOTATOR, None, None),
    (2, FIXED, "submitted", CARS, ANNOTATOR, "completed", None),
    (2, FIXED, "answered", QA, None, None, None),
    (3, FIXED, "accepted", CARS, REVIEWER, None, None),
    (3, FIXED, "claimed", QA, REVIEWER, None, None),
    (3, FIXED, "submitted", QA, REVIEWER, "approved", None),
    (3, FIXED, "exited", QA, None, None, 17),
)
COMPLETED, APPROVED, APPROVED_LATER = 3, 6, 17
"""The numbers of the steps that gave the task items the statuses that they have now."""


def on(items: int) -> Fill:
    """Return what fills a database with items that were worked on."""
    return partial(_fill, items=items)


def _fill(engine: Engine, *, items: int) -> None:
    with session_scope(engine) as session:
        deploy(session, PIPELINE)
        indexes = list(Event.metadata.tables["event"].indexes)
        for index in indexes:
            index.drop(session.connection())
        for statement in (*_things(session, items), *_history(session, items)):
            run(session, statement)
        for index in indexes:
            index.create(session.connection())
        follow_keys(session, "item", "entry", "event", "task_item", "annotation", "issue")


def _things(session: Session, items: int) -> Iterator[str]:
    every = f"(SELECT CAST(n.i AS BIGINT) AS i FROM {numbers(session, items)}) every"
    key, at = _keys(items), _moments(items)
    yield f"""
        INSERT INTO item (id, dataset_id, folder, name, meta, created_at)
        SELECT i, 1, '/day-' || (i / 1000), 'frame-' || i || '.jpg', '{{}}', {micros(NOW)} FROM {every}"""
    yield f"""
        INSERT INTO entry (id, pipeline_id, item_id, version_id, exit, exited_at, created_at)
        SELECT i, 1, i, 1, CASE WHEN {LEFT} THEN 'approved' END, CASE WHEN {LEFT} THEN {at(3)} END, {at(0)}
        FROM {every}"""
    columns = "task_id, id, item_id, entry_id, assignment_id, visit, rank, position, claim_no, since, state, begun"
    status, kept = "status, routing, status_event_id", "kept_status, kept_routing, kept_by, kept_event_id"
    approved = f"CASE WHEN {GOOD} THEN {key(APPROVED)} ELSE {key(APPROVED_LATER)} END"
    for which, task, share, days, values, more in (
        (LEFT, CARS, ANNOTATOR, 2, f"'submitted', TRUE, 'completed', 'routed', {key(COMPLETED)}", status),
        (OPEN, CARS, ANNOTATOR, 1, f"'returned', FALSE, 'completed', 'routed', 'issue', {key(COMPLETED)}", kept),
        (LEFT, QA, REVIEWER, 3, f"'submitted', TRUE, 'approved', 'routed', {approved}", status),
        (OPEN, QA, REVIEWER, 1, "'waiting', TRUE, NULL", "parked"),
    ):
        yield f"""
            INSERT INTO task_item ({columns}, {more})
            SELECT {task}, {(task - 1) * items} + i, i, i, {share}, 1, 0, 0, 1, {at(days)}, {values}
            FROM {every} WHERE {which}"""
    yield f"""
        INSERT INTO annotation (id, item_id, task_id, label, tool, geometry, attributes, origin, created_by, created_at)
        SELECT 2 * i - o.o, i, {CARS}, CASE WHEN (i + o.o) % 3 = 0 THEN 'van' ELSE 'car' END, 'box',
               '{{"x": 10, "y": 20, "width": 30, "height": 40}}', '{{}}',
               CASE WHEN i % 7 = 0 THEN 'model' ELSE 'human' END,
               {ANNOTATOR}, {at(0)} FROM {every} CROSS JOIN (SELECT 0 AS o UNION ALL SELECT 1) o"""
    yield f"""
        INSERT INTO issue (id, item_id, annotation_id, task_item_id, qa_task_item_id, state, kind, text, rounds,
                           flagged_by, author_id, created_at, updated_at)
        SELECT i / 10, i, 2 * i, i, {items} + i, CASE WHEN {OPEN} THEN 'open' ELSE 'approved' END, 'wrong', '', 0,
               {REVIEWER}, {ANNOTATOR}, {at(1)}, CASE WHEN {OPEN} THEN {at(1)} ELSE {at(3)} END
        FROM {every} WHERE {FAULTY}"""
    for which, task, person, days, waited in (
        (ALL, CARS, ANNOTATOR, 0, "3600000000 + i % 10000 * 1000000"),
        (ALL, QA, REVIEWER, 1, "86400000000"),
        (FIXED, CARS, ANNOTATOR, 2, "NULL"),
        (FIXED, QA, REVIEWER, 3, "NULL"),
    ):
        yield f"""
            INSERT INTO activity (task_id, person_id, day, task_item_id, visit, active_us, waited_us, last_at, again)
            SELECT {task}, {person}, {day(f"({at(days)})")}, {(task - 1) * items} + i, 1, 10000000 + i % 1000 * 10000,
                   {waited}, NULL, {days > 1} FROM {every} WHERE {which}"""


def _history(session: Session, items: int) -> Iterator[str]:
    """Yield what writes the history, day by day, as it would have been written."""
    key, at, lag = _keys(items), _moments(items), items // DAYS
    document = "JSONB" if is_postgres(session) else "TEXT"
    detail = f"""CAST('{{"qa": {QA}, "issue": ' || (i / 10) || '}}' AS {document})"""
    columns = "id, at, verb, project_id, item_id, task_id, entry_id, assignment_id, actor_id, status, visit"
    columns += ", cause_id, name, detail"
    for today in range(0, items + 3 * lag, lag):
        for number, (days, which, verb, task, actor, status, cause) in enumerate(STEPS):
            first = today - days * lag
            if 0 <= first < items:
                values = (
                    f"{key(number)}, {at(days)} + {number} * 1000000, '{verb}', 1, i",
                    task,
                    "i",
                    None if task is None or verb == "exited" else SHARES[task],
                    actor,
                    f"'{status}'" if status else None,
                    "1",
                    None if cause is None else key(cause),
                    "'approved'" if verb == "exited" else None,
                    detail if verb in ("flagged", "fixed") else None,
                )
                yield f"""
                    INSERT INTO event ({columns})
                    SELECT {", ".join("NULL" if value is None else str(value) for value in values)} FROM (
                        SELECT {first} + CAST(n.i AS BIGINT) AS i FROM {numbers(session, min(lag, items - first))}
                    ) today WHERE {which}"""


def _keys(items: int) -> Callable[[int], str]:
    """Return the SQL of the key of the event of a step."""
    return lambda step: f"{EARLIER} + (i + {STEPS[step][0] * (items // DAYS)}) * {len(STEPS)} + {step}"


def _moments(items: int) -> Callable[[int], str]:
    """Return the SQL of when an item was worked on, days after it was annotated."""
    return lambda days: f"{micros(NOW)} + (i + {days * (items // DAYS)}) * {DAYS * DAY_US // items}"
