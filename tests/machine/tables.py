"""What the machine stands on: a database, a clock, the model, and the comparison of both after every step."""

from datetime import timedelta

import generated
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from model import Model
from model.state import MANUAL
from sqlalchemy import bindparam
from sqlmodel import select
from stage import START

from workflow_core.domain.measures.progress import total
from workflow_core.errors import AnnoflowError
from workflow_core.services.managers import progress
from workflow_core.services.running import verification
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Assignment, Person, Task, TaskItem
from workflow_core.store.reads import counts

LEASE = timedelta(minutes=30)
numbers = st.integers(0, 1000)
HOLDER = st.one_of(st.none(), st.none(), st.sampled_from(generated.PEOPLE))
"""Who tries it: whose turn it is, or somebody."""

ROW = select(TaskItem).where(TaskItem.item_id == bindparam("item"), TaskItem.task_id == bindparam("task"))
PLACES = """
    SELECT ti.item_id, t.name, ti.state, ti.status, ti.visit, p.email, ti.routing, ti.parked, ti.begun,
           ti.kept_status, ti.kept_by
    FROM task_item ti JOIN task t ON t.id = ti.task_id
    LEFT JOIN assignment s ON s.id = ti.assignment_id LEFT JOIN person p ON p.id = s.person_id
"""
ISSUES = """
    SELECT i.id, i.item_id, t.name, qa.name, i.state, i.rounds FROM issue i
    JOIN task_item ti ON ti.id = i.task_item_id JOIN task t ON t.id = ti.task_id
    JOIN task_item qi ON qi.id = i.qa_task_item_id JOIN task qa ON qa.id = qi.task_id
"""
ENTRIES = """
    SELECT e.item_id, e.exit, e.held_exit, v.digest FROM entry e JOIN pipeline_version v ON v.id = e.version_id
"""
NOWHERE = """
    SELECT e.id FROM entry e WHERE e.exit IS NULL AND e.held_exit IS NULL AND NOT EXISTS (
        SELECT 1 FROM task_item ti WHERE ti.entry_id = e.id
        AND (ti.state IN ('queued', 'claimed', 'returned', 'waiting') OR ti.routing IN ('pending', 'parked'))
    )
"""
OWN_REVIEWS = """
    SELECT ti.id FROM task_item ti JOIN task t ON t.id = ti.task_id AND NOT t.review_own
    JOIN assignment s ON s.id = ti.assignment_id LEFT JOIN entry w ON w.id = ti.entry_id
    JOIN review r ON r.qa_task_id = ti.task_id AND r.version_id = coalesce(w.version_id, 0)
    JOIN event e ON e.task_id = r.task_id AND e.item_id = ti.item_id AND e.verb = 'submitted'
        AND e.actor_id = s.person_id
    WHERE ti.state IN ('queued', 'claimed', 'returned', 'waiting')
"""
WAITS_FOR_NOTHING = """
    SELECT ti.id FROM task_item ti WHERE ti.state = 'waiting' AND NOT EXISTS (
        SELECT 1 FROM issue i WHERE i.qa_task_item_id = ti.id AND i.state IN ('open', 'for_review')
    )
"""
NEVER = (NOWHERE, OWN_REVIEWS, WAITS_FOR_NOTHING)
"""What no history may lead to: an item nowhere, a review of one's own work, a reviewer who waits for nothing."""


def same(there, expected):
    """Assert that the tables hold what the model says; tell only where they differ."""
    keys = there.keys() | expected.keys()
    differing = {key: (there.get(key), expected.get(key)) for key in keys if there.get(key) != expected.get(key)}
    assert not differing, f"tables, model: {differing}"


class Tables(RuleBasedStateMachine):
    """A database and a model that are played side by side."""

    def __init__(self, engine, reset):
        super().__init__()
        self.engine = engine
        self.now = START
        self.model = Model()
        self.tasks = {}
        self.people = {}
        self.leases = {}
        self.left = {}
        self.deployed = None
        self.agreed = False
        reset()

    def run(self, act, *, commit=True):
        self.now += timedelta(seconds=1)
        self.agreed = False
        with session_scope(self.engine) as session:
            result = act(session)
            if not commit:
                session.rollback()
        return result

    def attempt(self, allowed, act):
        """Do what is allowed, and be refused what is not; returns the result in a tuple, or nothing."""
        if allowed:
            return (self.run(act),)
        with pytest.raises(AnnoflowError):
            self.run(act)
        return ()

    def learn(self):
        """Look up the keys of people, tasks and assignments."""
        with session_scope(self.engine) as session:
            self.people = {person.email: person.id for person in session.exec(select(Person))}
            self.tasks = dict(session.exec(select(Task.name, Task.id)).all())
            query = (
                select(Task.name, Person.email, Assignment.id)
                .select_from(Assignment)
                .join(Task)
                .join(Person, Person.id == Assignment.person_id)
            )
            self.model.assignments = {(task, person): key for task, person, key in session.exec(query)}

    def task(self, session, name):
        return session.get_one(Task, self.tasks[name])

    def person(self, session, who):
        return session.get_one(Person, self.people[who])

    def row(self, session, key):
        return session.exec(ROW, params={"item": key[0], "task": self.tasks[key[1]]}).one()

    def pick(self, number, *states, task=None, type=None):
        """Return a task item in one of these states by a number."""
        found = sorted(
            key
            for key, task_item in self.model.task_items.items()
            if task_item.state in states and task in (None, key[1]) and type in (None, self.model.tasks[key[1]].type)
        )
        return found[number % len(found)] if found else None

    def some_task(self, number):
        names = sorted(self.tasks)
        return names[number % len(names)]

    def whose_turn(self, key, number):
        """Return who holds a task item, else somebody who may take it, or None."""
        takers = sorted(self.model.eligible(key[1], key[0]))
        task_item = self.model.task_items.get(key)
        return (task_item and task_item.who) or (takers[number % len(takers)] if takers else None)

    @invariant()
    def tables_and_model_agree(self):
        if self.deployed is None or self.agreed:  # after a move, with which many a rule ends, they were compared
            return
        with session_scope(self.engine) as session:
            connection = session.connection()
            rows = connection.exec_driver_sql(PLACES).all()
            issues = connection.exec_driver_sql(ISSUES).all()
            entries = connection.exec_driver_sql(ENTRIES).all()
            never = [connection.exec_driver_sql(query).all() for query in NEVER]
            shares = counts.by_share(session, counts.alike(session, task_ids=self.tasks.values()))
        assert not any(never), never
        self.model.adopt({(row[0], row[1]): row[5] for row in rows})
        there = {(row[0], row[1]): (*row[2:8], bool(row[8]), *row[9:]) for row in rows}
        same(there, {key: task_item.seen() for key, task_item in self.model.task_items.items()})
        same(
            {one: tuple(rest) for one, *rest in entries},
            {item: (entry.exit, entry.held, entry.version.digest) for item, entry in self.model.entries.items()},
        )
        same(
            {row[0]: tuple(row[1:]) for row in issues},
            {key: (one.item, one.task, one.qa, one.state, one.rounds) for key, one in self.model.issues.items()},
        )
        told = {task: total(of for (one, _), of in shares.items() if one == key) for task, key in self.tasks.items()}
        same(told, {task: self.model.counts(task) for task in self.tasks})
        self.agreed = True

    def teardown(self):
        if self.deployed is None:
            return
        with session_scope(self.engine) as session:
            found = [str(one) for one in verification.check(session)]
            told = progress.of_tasks(session, task_ids=[one.id for one in session.exec(select(Task)).all()])
        assert not found, found
        same({one.task: one.counts for one in told}, {task: self.model.counts(task) for task in self.tasks})


__all__ = ["HOLDER", "LEASE", "MANUAL", "Tables", "numbers"]
