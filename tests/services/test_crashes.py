"""Death at any moment, and several at once: what was acknowledged is there, every item moves exactly once."""

import random
import time
from collections import Counter
from datetime import timedelta

import children
import pytest
from engines import kept
from running import wait_until
from sqlmodel import select
from stage import START, Stage

from workflow_core.errors import AnnoflowError
from workflow_core.services.contributors import work
from workflow_core.services.running import moves
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Assignment, Event, Person, Task, TaskItem

# A bit of everything: a fork, a join, a loop with an end, a router, queues, exits.
MIXED = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org, bo@example.org], max_visits: 2,
         on_max_visits: tired, on: {completed: [a, b]}}
  a: {type: annotation, recipe: {labels: [x]}, assignees: [ann@example.org], on: {completed: j}}
  b: {type: annotation, recipe: {labels: [y]}, assignees: [bo@example.org], queue: true, on: {completed: j}}
  j: {type: qa, join: all, assignees: [quinn@example.org, ann@example.org, cy@example.org], queue: {batch: 2, limit: 2},
      extra_statuses: [redo, check], on: {redo: cars, check: spot}}
routers:
  spot: [{where: {metadata.night: true}, to: night}, {sample: 50%, to: sampled}, {else: cars}]
exits: {night: {}, sampled: {}, tired: {}}
"""
PEOPLE = ("ann", "bo", "cy", "quinn")


def prepared(url, items=12):
    """Return a stage where statuses of every kind wait for the mover."""
    engine = kept(url)
    stage = Stage(engine)
    stage.deploy(MIXED)
    stage.add_items(items, lambda n: {"night": n % 3 == 0})
    for _ in range(3):
        for who, task in (("ann", "cars"), ("bo", "cars"), ("ann", "a"), ("bo", "b")):
            stage.do_all(who, task, "completed")
        stage.advance()
    for number in range(items):
        stage.do(("quinn", "cy")[number % 2], "j", ("redo", "check", "approved", "discarded")[number % 4])
    return stage


def moving(engine, limit=1000):
    with session_scope(engine) as session:
        return moves.advance(session, limit=limit, now=START + timedelta(days=1))


def test_a_mover_that_dies_after_any_statement_has_moved_nothing(database_url):
    stage = prepared(database_url)
    before, events = stage.rows(), len(stage.events())
    stage.engine.dispose()
    statement = 1
    while children.crash_after(database_url, statement, moving):
        assert (stage.rows(), len(stage.events())) == (before, events), statement
        stage.engine.dispose()
        statement += 1
    assert statement > 20
    assert not stage.advance() and stage.rows() != before
    stage.check()


def test_a_claim_and_a_submit_that_die_after_any_statement_have_done_nothing(database_url):
    stage = prepared(database_url)
    stage.advance()
    with stage.session() as session:
        task_id, person_id = stage.task(session, "cars").id, stage.person(session, "ann").id

    def claim(engine):
        with session_scope(engine) as session:
            return work.claim_next(session, actor=session.get_one(Person, person_id), task_id=task_id, now=stage.now)

    before, statement = stage.rows(), 1
    stage.engine.dispose()
    while children.crash_after(database_url, statement, claim):
        assert stage.rows() == before
        stage.engine.dispose()
        statement += 1
    task_item = stage.claim("ann", "cars")

    def submit(engine):
        with session_scope(engine) as session:
            actor = session.get_one(Person, person_id)
            work.submit(
                session,
                actor=actor,
                task_item_id=task_item.id,
                status="completed",
                token=task_item.token,
                now=stage.now,
            )

    before, events, statement = stage.rows(), len(stage.events()), 1
    stage.engine.dispose()
    while children.crash_after(database_url, statement, submit):
        assert (stage.rows(), len(stage.events())) == (before, events)
        stage.engine.dispose()
        statement += 1
    assert len(stage.events("submitted")) == 1 + sum(event.verb == "submitted" for event in stage.events()[:events])
    stage.check()


def work_for_ever(url_engine, seed, acknowledge):
    """Do what people do, and say which statuses were acknowledged."""
    rng = random.Random(seed)
    with session_scope(url_engine, read_only=True) as session:
        tasks = {task.id: [one["name"] for one in task.statuses] for task in session.exec(select(Task))}
        places = session.exec(select(Assignment.task_id, Assignment.person_id).order_by(Assignment.id)).all()
    now = START + timedelta(days=1)
    while True:
        now += timedelta(seconds=1)
        task_id, person_id = rng.choice(places)
        try:
            with session_scope(url_engine) as session:
                actor = session.get_one(Person, person_id)
                task_item = work.claim_next(session, actor=actor, task_id=task_id, now=now)
            if task_item is None:
                continue
            with session_scope(url_engine) as session:
                actor = session.get_one(Person, person_id)
                done = work.submit(
                    session,
                    actor=actor,
                    task_item_id=task_item.id,
                    status=rng.choice([one for one in tasks[task_id] if one != "discarded"]),
                    token=task_item.token,
                    now=now,
                )
        except AnnoflowError:
            continue
        acknowledge(done.event_id)


def move_for_ever(engine):
    while True:
        if not moving(engine, limit=3):
            time.sleep(0.002)


@pytest.mark.long
def test_killed_at_random_moments_every_acknowledged_status_is_there_and_every_item_moved_once(database_url):
    stage = prepared(database_url)
    rng, acknowledged, most = random.Random(1), [], 12
    for cycle in range(12):
        # However late anybody is, and whatever was done before: with as many at hand nobody waits for what never comes.
        stage.add_items(most)
        stage.engine.dispose()
        with children.acknowledged() as (acknowledge, read):
            worker = children.fork(
                database_url, lambda engine, seed=cycle, say=acknowledge: work_for_ever(engine, seed, say)
            )
            movers = [children.fork(database_url, move_for_ever) for _ in range(2)]
            least = len(acknowledged) + rng.randint(1, most)
            wait_until(lambda done=acknowledged, read=read, least=least: done.extend(read()) or len(done) >= least)
            time.sleep(rng.uniform(0, 0.03))
            for pid in rng.sample([worker, *movers], 3):
                children.kill(pid)
            acknowledged += read()
        stage.check()
    assert len(acknowledged) > 20
    with stage.session() as session:
        there = set(session.exec(select(Event.id).where(Event.verb == "submitted")))
    assert set(acknowledged) <= there
    while stage.advance():
        pass
    assert all(row.routing != "pending" for row in stage.rows().values())
    stage.check()


def test_movers_at_once_move_every_item_exactly_once(database_url):
    stage = prepared(database_url, items=80)
    waiting = sum(row.routing == "pending" for row in stage.rows().values())
    stage.engine.dispose()
    with children.acknowledged() as (acknowledge, read):

        def mover(engine):
            idle = 0
            while idle < 5:
                moved = moving(engine, limit=4)
                idle = 0 if moved else idle + 1
                if moved:
                    acknowledge(moved.routed)
                else:
                    time.sleep(0.01)

        assert [children.wait(pid) for pid in [children.fork(database_url, mover) for _ in range(4)]] == [0] * 4
        assert sum(read()) == waiting
    stage.check()


def test_people_at_one_queue_never_get_the_same_item(database_url):
    engine = kept(database_url)
    stage = Stage(engine)
    people = [f"p{number}" for number in range(8)]
    stage.deploy(f"""
pipeline: p
tasks:
  cars:
    type: annotation
    recipe: {{labels: [car]}}
    assignees: [{", ".join(f"{name}@example.org" for name in people)}]
    queue: true
    on: {{completed: out}}
exits: {{out: {{}}}}
""")
    stage.add_items(120)
    with stage.session() as session:
        task_id = stage.task(session, "cars").id
        ids = [stage.person(session, name).id for name in people]
    engine.dispose()
    with children.acknowledged() as (acknowledge, read):

        def claimer(person_id):
            def act(engine):
                while True:
                    with session_scope(engine) as session:
                        actor = session.get_one(Person, person_id)
                        task_item = work.claim_next(session, actor=actor, task_id=task_id, now=stage.now)
                        if task_item is None:
                            return
                    with session_scope(engine) as session:
                        actor = session.get_one(Person, person_id)
                        work.submit(
                            session,
                            actor=actor,
                            task_item_id=task_item.id,
                            status="completed",
                            token=task_item.token,
                            now=stage.now,
                        )
                    acknowledge(task_item.id)

            return act

        assert [children.wait(pid) for pid in [children.fork(database_url, claimer(one)) for one in ids]] == [0] * 8
        given = Counter(read())
    assert len(given) == 120 and set(given.values()) == {1}
    with stage.session() as session:
        assert set(session.exec(select(TaskItem.state))) == {"submitted"}
    stage.check()
