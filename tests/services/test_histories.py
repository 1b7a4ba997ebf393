"""Random histories over the services, beside a pure model that does not know SQL; a crash commits nothing."""

import os
import sqlite3
from datetime import timedelta

import generated
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from model import Model
from sqlmodel import SQLModel, select
from stage import START, email, no_files

from workflow_core.errors import AnnoflowError
from workflow_core.services import deploying, entering, history, routing, sweeping, work
from workflow_core.store import schema
from workflow_core.store.database import engine_for, session_scope
from workflow_core.store.models import Assignment, Item, Person, Pipeline, Task, TaskItem

RUNS = int(os.environ.get("ANNOFLOW_SOAK", "0"))
STEPS = 50
MANY = 5
"""Few items on the way go further in as many steps than many do."""
LEASE = timedelta(minutes=30)

numbers = st.integers(0, 1000)

PLACES = """
    SELECT ti.item_id, t.name, ti.state, ti.status, ti.visit, p.email, ti.routing, ti.parked, ti.lease_until
    FROM task_item ti JOIN task t ON t.id = ti.task_id
    LEFT JOIN assignment s ON s.id = ti.assignment_id LEFT JOIN person p ON p.id = s.person_id
"""
NOWHERE = """
    SELECT e.id FROM entry e WHERE e.exit IS NULL AND e.held_exit IS NULL AND NOT EXISTS (
        SELECT 1 FROM task_item ti WHERE ti.entry_id = e.id
        AND (ti.state IN ('queued', 'claimed', 'returned', 'waiting') OR ti.routing IN ('pending', 'parked'))
    )
"""


class Histories(RuleBasedStateMachine):
    """Whatever people, managers, the mover and the clock do: tables, history and model agree after every step."""

    def __init__(self, engine, reset):
        super().__init__()
        self.engine = engine
        self.now = START
        self.model = Model()
        self.tasks = {}
        self.leases = {}
        self.last = None
        self.deployed = None
        self.deploys = 0
        reset()

    def run(self, act, *, commit=True):
        self.now += timedelta(seconds=1)
        with session_scope(self.engine) as session:
            result = act(session)
            if not commit:
                session.rollback()
        return result

    # -- managers

    @initialize(plan=generated.plans(), loop=generated.bounds(), items=st.lists(st.booleans(), min_size=1, max_size=3))
    def begin(self, plan, loop, items):
        self.plan = plan
        self.deploy(plan, loop)
        self.ingest(items)

    def deploy(self, plan, loop):
        text = generated.text(plan, loop)
        version = generated.compile_text(text)

        def act(session):
            deploying.deploy(session, text=text.encode(), file="p.yaml", read=no_files, actor=None, now=self.now)

        self.run(act)
        self.deployed = version
        with session_scope(self.engine) as session:
            self.pipeline_id = session.exec(select(Pipeline.id)).one()
            self.people = {person.email: person.id for person in session.exec(select(Person))}
            query = (
                select(Task.name, Person.email, Assignment.id)
                .select_from(Assignment)
                .join(Task)
                .join(Person, Person.id == Assignment.person_id)
            )
            self.model.assignments = {(task, person): key for task, person, key in session.exec(query)}
            self.tasks = dict(session.exec(select(Task.name, Task.id)).all())
        self.model.deploy(version)

    @rule(loop=generated.bounds(), drop=st.one_of(st.none(), numbers), changed=numbers, hands=generated.plans())
    @precondition(lambda self: self.deployed is not None and self.deploys < 2)
    def deploy_a_changed_version(self, loop, drop, changed, hands):
        self.deploys += 1
        plan = [dict(stretch) for stretch in self.plan]
        plan[changed % len(plan)]["hands"] = max((one["hands"] for one in hands), key=lambda one: len(one["assignees"]))
        if any(len(one["hands"]["assignees"]) < 2 for one in plan if one["kind"] != "qa"):
            plan = [dict(stretch) for stretch in self.plan]
        if drop is not None and len(plan) > 1:
            del plan[1 + drop % (len(plan) - 1)]
        self.deploy(plan, loop)

    @rule(items=st.lists(st.booleans(), min_size=1, max_size=2))
    @precondition(lambda self: sum(one.exit is None for one in self.model.entries.values()) < MANY)
    def ingest(self, items):
        def act(session):
            pipeline = session.get_one(Pipeline, self.pipeline_id)
            new = [
                Item(
                    dataset_id=pipeline.dataset_id,
                    name=str(len(self.model.meta) + number),
                    meta={"night": night},
                    created_at=self.now,
                )
                for number, night in enumerate(items)
            ]
            session.add_all(new)
            session.flush()
            entering.enter_new(session, pipeline=pipeline, now=self.now)
            return [(item.id, item.meta) for item in new]

        for item, meta in self.run(act):
            self.model.enter(item, meta)
        self.model.take_in()

    @rule(who=st.sampled_from(generated.PEOPLE))
    def deactivate_or_bring_back(self, who):
        if email(who) not in self.people:
            return

        def act(session):
            person = session.get_one(Person, self.people[email(who)])
            person.active = not person.active
            return person.active

        (self.model.inactive.discard if self.run(act) else self.model.inactive.add)(email(who))

    # -- people

    def pick(self, number, *states):
        """Return a place in one of these states by a number."""
        found = sorted(key for key, place in self.model.places.items() if place.state in states)
        return found[number % len(found)] if found else None

    @rule(number=numbers, who=st.sampled_from(generated.PEOPLE))
    def claim(self, number, who):
        key = self.pick(number, "queued", "claimed") or (0, sorted(self.tasks)[number % len(self.tasks)])
        task, who = key[1], email(who)

        def act(session):
            actor = session.get_one(Person, self.people[who])
            before = {key for key, place in self.model.places.items() if place.state == "claimed"}
            place = work.claim_next(session, actor=actor, task_id=self.tasks[task], now=self.now)
            rows = session.exec(
                select(TaskItem.item_id)
                .join(Assignment)
                .where(
                    TaskItem.task_id == self.tasks[task], TaskItem.state == "claimed", Assignment.person_id == actor.id
                )
            ).all()
            return place, [item for item in rows if (item, task) not in before]

        allowed = who in self.people and who in self.model.team[task] and who not in self.model.inactive
        if not allowed or task in self.model.closed:
            if who in self.people:
                with pytest.raises(AnnoflowError):
                    self.run(act)
            return
        candidates, count = self.model.claims(task, who)
        holding = self.model.held(task, who)
        place, new = self.run(act)
        assert len(new) == count and set(new) <= set(candidates)
        assert (place is None) == (not new and not holding)
        assert place is None or place.item_id in (new or holding)
        self.model.claimed(task, who, new)
        for item in [*new, *holding]:
            self.leases[item, task] = self.now + LEASE

    def submit(self, number, status, who=None):
        """Set a status on an open place: its holder does, or somebody who may; or `who`, if they may or not."""
        key = self.pick(number, "queued", "claimed")
        if key is None:
            return
        item, task = key
        takers = sorted(self.model.eligible(task, item))
        who = who or self.model.places[key].who or (takers[number % len(takers)] if takers else None)
        if who not in self.people:
            return
        offered = [one.name for one in self.model.tasks[task].statuses]
        # Most items stay on their way, and loops are gone round.
        weighted = (
            [one for one in offered if one != "discarded"] * 4 + ["discarded"] + ["redo"] * 6 * ("redo" in offered)
        )
        chosen = weighted[status % len(weighted)]

        def act(session):
            row = self.row(session, key)
            actor = session.get_one(Person, self.people[who])
            work.submit(session, actor=actor, place_id=row.id, status=chosen, now=self.now)
            return row.id

        if self.model.may_submit(task, item, who):
            place_id = self.run(act)
            self.model.submit(task, item, who, chosen)
            self.last = (place_id, key, who, chosen)
        else:
            with pytest.raises(AnnoflowError):
                self.run(act)

    def row(self, session, key):
        where = (TaskItem.item_id == key[0], TaskItem.task_id == self.tasks[key[1]])
        return session.exec(select(TaskItem).where(*where)).one()

    @rule(number=numbers, status=numbers)
    def work_on_one(self, number, status):
        self.submit(number, status)

    @rule(number=numbers, status=numbers, who=st.sampled_from(generated.PEOPLE))
    def somebody_tries(self, number, status, who):
        self.submit(number, status, email(who))

    @rule(many=st.lists(st.tuples(numbers, numbers), min_size=2, max_size=8), limits=st.lists(st.integers(1, 3)))
    def work_on_many_while_the_mover_follows(self, many, limits):
        for number, status in many:
            self.submit(number, status)
            if limits:
                self.move(limits.pop())

    @rule(rounds=st.lists(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3), min_size=2, max_size=5))
    def work_in_rounds(self, rounds):
        for many in rounds:
            if all(one.exit for one in self.model.entries.values()):
                self.ingest([False, True])
            for number, status in many:
                self.submit(number, status)
            self.move(1000)

    @rule()
    @precondition(lambda self: self.last is not None)
    def submit_again(self):
        """A client that got no answer asks again: nothing changes."""
        place_id, key, who, status = self.last
        place = self.model.places[key]
        if (
            (place.status, place.who) != (status, who)
            or who in self.model.inactive
            or who not in self.model.team[key[1]]
        ):
            return

        def act(session):
            actor = session.get_one(Person, self.people[who])
            work.submit(session, actor=actor, place_id=place_id, status=status, now=self.now)

        self.run(act)

    @rule(number=numbers, postpone=st.booleans())
    def give_back(self, number, postpone):
        key = self.pick(number, "claimed")
        if key is None:
            return
        item, task = key
        who = self.model.places[key].who

        def act(session):
            row = self.row(session, key)
            actor = session.get_one(Person, self.people[who])
            (work.postpone if postpone else work.release)(session, actor=actor, place_id=row.id, now=self.now)

        if who in self.model.inactive or who not in self.model.team[task]:
            with pytest.raises(AnnoflowError):
                self.run(act)
        else:
            self.run(act)
            self.model.end_claim(task, item)

    # -- the clock and the mover

    @rule(minutes=st.sampled_from([1, 20, 31]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)
        self.run(lambda session: sweeping.sweep(session, now=self.now))
        over = [
            key for key, place in self.model.places.items() if place.state == "claimed" and self.leases[key] <= self.now
        ]
        self.model.sweep(over)

    @rule(limit=st.sampled_from([1, 2, 1000]))
    def advance(self, limit):
        self.move(limit)

    def move(self, limit):
        moved = self.run(lambda session: routing.advance(session, limit=limit, now=self.now))
        assert moved.routed == self.model.advance(limit)
        self.tables_and_model_agree()

    @rule(limit=st.sampled_from([1, 1000]))
    def crash_while_moving(self, limit):
        self.run(lambda session: routing.advance(session, limit=limit, now=self.now), commit=False)

    # -- what always holds

    @invariant()
    def tables_and_model_agree(self):
        if self.deployed is None:
            return
        with session_scope(self.engine) as session:
            connection = session.connection()
            rows = connection.exec_driver_sql(PLACES).all()
            exits = dict(connection.exec_driver_sql("SELECT item_id, exit FROM entry").all())
            nowhere = connection.exec_driver_sql(NOWHERE).all()
        assert nowhere == []
        self.model.adopt({(row[0], row[1]): row[5] for row in rows})
        there = {(row[0], row[1]): (row[2], row[3], row[4], row[5], row[6], row[7]) for row in rows}
        assert there == {key: place.seen() for key, place in self.model.places.items()}
        assert exits == {item: entry.exit for item, entry in self.model.entries.items()}

    def teardown(self):
        if self.deployed is None:
            return
        with session_scope(self.engine) as session:
            assert [str(one) for one in history.check(session)] == []


def play(engine, reset, runs):
    run_state_machine_as_test(
        lambda: Histories(engine, reset),
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


@pytest.mark.timeout(max(600, 2 * RUNS))
def test_any_history_is_as_the_model_says_on_sqlite():
    engine = engine_for("sqlite://")
    schema.upgrade(engine)
    template = sqlite3.connect(":memory:")
    raw = engine.raw_connection()
    raw.driver_connection.backup(template)
    raw.close()

    def reset():
        connection = engine.raw_connection()
        template.backup(connection.driver_connection)
        connection.close()

    play(engine, reset, RUNS or 300)
    engine.dispose()


@pytest.mark.timeout(max(600, 4 * RUNS))
def test_any_history_is_as_the_model_says_on_postgresql(postgres_url):
    engine = engine_for(postgres_url)
    with engine.begin() as connection:
        names = connection.exec_driver_sql("SELECT sequencename FROM pg_sequences").scalars().all()
    anew = "; ".join(
        [
            "SET LOCAL session_replication_role = replica",  # past foreign keys, and the trigger of the history
            *(f'DELETE FROM "{name}"' for name in SQLModel.metadata.tables),
            *(f"SELECT setval('{name}', 1, false)" for name in names),
        ]
    )

    def reset():
        with engine.begin() as connection:
            connection.exec_driver_sql(anew)

    play(engine, reset, RUNS // 6 or 50)
    engine.dispose()
