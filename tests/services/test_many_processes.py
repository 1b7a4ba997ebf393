"""Thirty-two processes at work in one big task at once, with movers beside them: nobody sees an error of the database,
no item has two holders, and none is lost.
"""

import random
import time
from contextlib import suppress
from datetime import timedelta

import children
import pytest
from engines import kept
from sqlmodel import select
from stage import BOX, START, Stage

from workflow_core.errors import AnnoflowError
from workflow_core.pipeline.compiled import Queue
from workflow_core.services.contributors import comments, work
from workflow_core.services.jobs import requests
from workflow_core.services.managers import reversals, staff, task_settings
from workflow_core.services.reviewers import reviews
from workflow_core.services.running import moves, sweeps, verification
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Assignment, Entry, Event, Issue, Person, Task, TaskItem

ITEMS = 20_000
ANNOTATORS = [f"ann{number}" for number in range(9)]
REVIEWERS = [f"quinn{number}" for number in range(6)]
WINDOWS = 2
"""Two of each person's processes: nobody is to be troubled by the second window that they have open."""
ACTS = 25
TURNS = 20


def team(names):
    return ", ".join(f"{name}@example.org" for name in names)


PIPELINE = f"""
pipeline: p
tasks:
  cars:
    type: annotation
    recipe: {{labels: [car]}}
    assignees: [{team(ANNOTATORS)}]
    queue: {{batch: 2, limit: 4}}
    on: {{completed: signs}}
  signs:
    type: annotation
    recipe: {{labels: [sign]}}
    assignees: [{team(ANNOTATORS)}]
    on: {{completed: qa}}
  qa:
    type: qa
    assignees: [{team(REVIEWERS)}]
    queue: true
    extra_statuses: [redo]
    on: {{redo: cars}}
"""


class Worker:
    """Somebody at work in a process of their own; each act is a transaction, as a request is."""

    def __init__(self, engine, name, seed, task_ids, acknowledge):
        self.engine, self.chance, self.now = engine, random.Random(seed), START + timedelta(days=1)
        self.task_ids, self.acknowledge = task_ids, acknowledge
        with session_scope(engine, read_only=True) as session:
            self.id = session.exec(select(Person.id).where(Person.email == f"{name}@example.org")).one()

    def do(self, service, **given):
        """Call a service as this person; what a person is told is no error here, and None."""
        self.now += timedelta(seconds=1)
        with suppress(AnnoflowError), session_scope(self.engine) as session:
            return service(session, actor=session.get_one(Person, self.id), now=self.now, **given)

    def waiting_for(self, task_item):
        with suppress(AnnoflowError), session_scope(self.engine) as session:
            return comments.waiting_for(session, actor=session.get_one(Person, self.id), task_item_id=task_item.id)
        return []

    def submit(self, task_item, status, annotations=None):
        done = self.do(
            work.submit, task_item_id=task_item.id, status=status, token=task_item.token, annotations=annotations
        )
        if done is not None:
            self.acknowledge(done.event_id)
        return done

    def annotate(self):
        name = self.chance.choice(["cars", "signs", "signs"])
        task_item = self.do(work.claim_next, task_id=self.task_ids[name])
        if task_item is None:
            return
        for issue in self.waiting_for(task_item):
            self.do(reviews.fix, issue_id=issue.id)
        match self.chance.randrange(10):
            case 0:
                self.do(self.chance.choice([work.release, work.postpone]), task_item_id=task_item.id)
            case 1:
                self.do(work.save_draft, task_item_id=task_item.id, annotations=[])
            case 2:
                self.submit(task_item, "discarded")
            case other:
                drawn = [BOX | {"label": name.removesuffix("s")}]
                if self.submit(task_item, "completed", drawn) and other == 3:
                    self.do(reversals.undo, task_item_id=task_item.id)

    def review(self):
        task_item = self.do(work.claim_next, task_id=self.task_ids[self.chance.choice(["qa", "again"])])
        if task_item is None:
            time.sleep(0.01)
            return
        for issue in self.waiting_for(task_item):
            self.do(self.chance.choice([reviews.approve, reviews.approve, reviews.reopen]), issue_id=issue.id)
        match self.chance.randrange(6):
            case 0 | 1 | 2:
                for name in self.chance.choice([["cars"], ["signs"], ["cars", "signs"], ["signs", "cars"]]):
                    self.do(reviews.flag, task_item_id=task_item.id, kind="sloppy", task=name)
                if self.chance.random() < 0.3:
                    self.dismiss()
            case _:
                self.submit(task_item, self.chance.choice(["approved", "approved", "redo", "discarded"]))

    def dismiss(self):
        with session_scope(self.engine, read_only=True) as session:
            mine = select(Issue.id).where(Issue.flagged_by == self.id, Issue.state == "open")
            issues = session.exec(mine).all()
        if issues:
            self.do(reviews.dismiss, issue_id=self.chance.choice(issues))


def manage(worker):
    """What managers do beside it: clear, redistribute, reassign, rank; and the sweep."""
    worker.now += timedelta(seconds=1)
    act = worker.chance.randrange(5)
    name = worker.chance.choice(["cars", "signs"])
    with suppress(AnnoflowError), session_scope(worker.engine) as session:
        task = session.get_one(Task, worker.task_ids[name])
        if act == 0:
            some = select(TaskItem).where(TaskItem.task_id == task.id, TaskItem.state == "submitted")
            of = worker.chance.sample(found := session.exec(some).all(), min(3, len(found)))
            reversals.clear(
                session,
                actor=None,
                task_id=task.id,
                item_ids=[one.item_id for one in of],
                now=worker.now,
                end_claims=True,
            )
        elif act == 1:
            signs = session.get_one(Task, worker.task_ids["signs"])
            staff.redistribute(session, actor=None, task_id=signs.id, now=worker.now)
        elif act == 2:
            held = select(Person.email).join(Assignment).where(Assignment.task_id == task.id)
            old, new = worker.chance.sample(sorted(session.exec(held)), 2)
            staff.reassign(session, actor=None, task_id=task.id, old=old, new=new, now=worker.now, end_claims=True)
            staff.add(session, actor=None, task_id=task.id, email=old, now=worker.now)
        elif act == 3:
            where = {"name": {"glob": f"*{worker.chance.randrange(100)}"}}
            task_settings.rank(session, actor=None, task_id=task.id, rank=worker.chance.randrange(-3, 3), where=where)
        else:
            sweeps.sweep(session, now=worker.now + timedelta(minutes=worker.chance.choice([0, 31])))


def moving(engine):
    while True:
        with session_scope(engine) as session:
            moved = moves.advance(session, limit=20, now=START + timedelta(days=1))
        if not moved:
            time.sleep(0.005)


def many_items(engine):
    """Return a stage on which all items are in the pipeline and some have come as far as QA."""
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    stage.add_items(ITEMS)
    while stage.enter():
        pass
    for name in ANNOTATORS:
        for _ in range(4):
            stage.do(name, "cars", "completed")
    stage.advance()
    for name in ANNOTATORS:
        stage.do_all(name, "signs", "completed")
    stage.advance()
    with stage.session() as session:
        # Outside the pipeline, over items that are on their way in it.
        cars, team = stage.task(session, "cars"), {f"{name}@example.org": 1 for name in REVIEWERS}
        requests.create_qa(
            session, actor=None, task_id=cars.id, assignees=team, name="again", queue=Queue(), now=stage.now
        )
    return stage


def missing(stage):
    """Return which acts nobody has done yet; the engine is left as a fork wants it."""
    with stage.session() as session:
        done = set(session.exec(select(Event.verb).distinct()))
    stage.engine.dispose()
    return {"claimed", "flagged", "fixed", "undone", "dismissed", "cleared", "reassigned"} - done


@pytest.mark.long
def test_thirty_two_processes_at_once_see_no_error_and_lose_nothing(database_url):
    stage = many_items(kept(database_url))
    with stage.session() as session:
        task_ids = dict(session.exec(select(Task.name, Task.id)).all())
    stage.engine.dispose()
    with children.acknowledged() as (acknowledge, read):

        def at_work(name, act, seed):
            def acts(engine):
                worker = Worker(engine, name, seed, task_ids, acknowledge)
                for _ in range(ACTS):
                    act(worker)

            return children.fork(database_url, acts)

        def everybody(turn):
            for act, names in ((Worker.annotate, ANNOTATORS), (Worker.review, REVIEWERS), (manage, ["ann0"])):
                yield from (at_work(name, act, f"{turn} {name} {n}") for name in names for n in range(WINDOWS))

        movers = [children.fork(database_url, moving) for _ in range(2)]
        codes, acknowledged = [], []
        with children.watched(database_url):
            # On a busy machine who annotates may be done before anybody has flagged anything: then all come again.
            for turn in range(TURNS):
                for pid in list(everybody(turn)):
                    codes.append(children.wait(pid))
                    acknowledged += read()
                if not missing(stage):
                    break
        for pid in movers:
            children.kill(pid)
    assert set(codes) == {0}
    while stage.advance():
        pass
    with stage.session() as session:
        assert set(acknowledged) <= set(session.exec(select(Event.id).where(Event.verb == "submitted")))
        assert len(session.exec(select(Entry.id)).all()) == ITEMS
        # Also: no claim of what somebody else holds, and each item in a task, on its way or at an exit.
        assert [str(one) for one in verification.check(session)] == []
    assert len(acknowledged) > 100
    assert missing(stage) == set()
