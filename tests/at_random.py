"""People at work in a pipeline at random, and what they did told twice: by the tables, and by signs of activity."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import building
import pytest
from building import NOW
from model.recount import Happened, Kind, Sign, recount
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from stage import BOX

from workflow_core.domain.measures.figures import Tally
from workflow_core.domain.work.events import Verb
from workflow_core.errors import AnnoflowError, NotFound
from workflow_core.services.contributors import work
from workflow_core.services.managers import erasure, reversals, staff, task_items
from workflow_core.services.reviewers import reviews as reviewer_acts
from workflow_core.store.models import Annotation, Assignment, Event, Issue, Item, Person, Review, Task, TaskItem
from workflow_core.store.work import activity, claims

PIPELINE = """
pipeline: street
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car, van]}
    assignees: [ann@example.org, bo@example.org]
    on: {completed: signs}
  signs:
    type: annotation
    recipe: {labels: [sign]}
    assignees: [bo@example.org, cy@example.org]
    queue: {batch: 2, limit: 4, lease: 5m}
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org, rae@example.org]
    extra_statuses: [redo-cars, for-expert]
    on: {redo-cars: cars, for-expert: expert}
  expert:
    type: qa
    reviews: [cars]
    assignees: [eve@example.org]
"""
LABELS = {"cars": ["car", "van"], "signs": ["sign"]}


class Play:
    """A random history in a session; `signs` is what was seen of the time that people spent."""

    def __init__(self, session: Session, chance: random.Random) -> None:
        self.session, self.chance, self.now = session, chance, NOW
        self.signs: list[Sign] = []
        building.deploy(session, PIPELINE)
        building.add_items(session, 5)
        self.move()
        self.tasks = list(session.exec(select(Task).order_by(col(Task.id))))

    def step(self) -> None:
        self.now += timedelta(seconds=self.chance.choice([1, 20, 45, 60, 61, 200, 7200]))
        acts = [self.claim] * 4 + [self.claim_more] + [self.submit] * 6 + [self.flag] * 3 + [self.fix, self.judge] * 3
        acts += [self.draft, self.renew, self.release, self.undo, self.clear, self.reassign, self.expire, self.move]
        acts += [self.erase, self.send]
        before = len(self.signs)
        try:
            with self.session.begin_nested():
                self.chance.choice(acts)()
        except AnnoflowError:
            del self.signs[before:]
        self.session.expire_all()
        if self.chance.random() < 0.5:
            self.move()

    def pick(self, *states: str, type: str | None = None) -> tuple[TaskItem, Task, Person]:
        """Return a task item in one of these states, with somebody of its task: who holds it, if anybody does."""
        found = [
            (task_item, task)
            for task_item in self.session.exec(select(TaskItem).order_by(col(TaskItem.id)))
            for task in self.tasks
            if task.id == task_item.task_id and task_item.state in states and type in (None, task.type)
        ]
        if not found:
            raise NotFound("there is no such task item now")
        task_item, task = self.chance.choice(found)
        share = self.session.get(Assignment, task_item.assignment_id) if task_item.assignment_id else None
        return task_item, task, self.session.get_one(Person, share.person_id) if share else self.anybody(task)

    def anybody(self, task: Task) -> Person:
        team = select(Assignment.person_id).where(Assignment.task_id == task.id).order_by(col(Assignment.id))
        return self.session.get_one(Person, self.chance.choice(self.session.exec(team).all()))

    def claim(self) -> None:
        task = self.chance.choice(self.tasks)
        work.claim_next(self.session, actor=self.anybody(task), task_id=task.id, now=self.now)

    def claim_more(self) -> None:
        task = self.chance.choice(self.tasks)
        work.claim_more(self.session, actor=self.anybody(task), task_id=task.id, now=self.now)

    def submit(self) -> None:
        task_item, task, actor = self.pick("claimed", "claimed", "queued", "returned")
        status = self.chance.choice(
            [one["name"] for one in task.statuses if one["name"] != "discarded"] * 4 + ["discarded"]
        )
        drawn = None
        if task.type == "annotation":
            label = self.chance.choice(LABELS[task.name])
            drawn = [{**BOX, "label": label}] * self.chance.randint(0, 2)
        work.submit(
            self.session, actor=actor, task_item_id=task_item.id, status=status, annotations=drawn, now=self.now
        )

    def flag(self) -> None:
        task_item, _, actor = self.pick("queued", "claimed", "waiting", type="qa")
        about = self.chance.choice(["cars", "signs", None])
        drawn = self.session.exec(select(Annotation.id).where(Annotation.item_id == task_item.item_id)).all()
        on = {"task": about} if about else {"annotation_id": self.chance.choice(drawn) if drawn else 0}
        reviewer_acts.flag(self.session, actor=actor, task_item_id=task_item.id, kind="sloppy", now=self.now, **on)

    def issue(self, state: str, task_item: str) -> tuple[Issue, Person]:
        found = self.session.exec(select(Issue).where(Issue.state == state).order_by(col(Issue.id))).all()
        if not found:
            raise NotFound("there is no such issue now")
        issue = self.chance.choice(found)
        share = self.session.get_one(TaskItem, getattr(issue, task_item)).assignment_id
        if share is None:
            raise NotFound("it is nobody's turn")
        return issue, self.session.get_one(Person, self.session.get_one(Assignment, share).person_id)

    def fix(self) -> None:
        issue, actor = self.issue("open", "task_item_id")
        reviewer_acts.fix(self.session, actor=actor, issue_id=issue.id, now=self.now)

    def judge(self) -> None:
        issue, actor = self.issue(self.chance.choice(["for_review", "for_review", "open"]), "qa_task_item_id")
        judge = self.chance.choice(
            [reviewer_acts.reopen, reviewer_acts.approve, reviewer_acts.approve, reviewer_acts.dismiss]
        )
        judge(self.session, actor=actor, issue_id=issue.id, now=self.now)

    def draft(self) -> None:
        task_item, _, actor = self.pick("claimed", "queued")
        work.save_draft(self.session, actor=actor, task_item_id=task_item.id, annotations=[], now=self.now)

    def renew(self) -> None:
        task_item, task, actor = self.pick("claimed")
        work.renew(self.session, actor=actor, task_id=task.id, task_item_id=task_item.id, now=self.now)

    def release(self) -> None:
        task_item, _, actor = self.pick("claimed")
        end = self.chance.choice([work.release, work.postpone])
        end(self.session, actor=actor, task_item_id=task_item.id, now=self.now)

    def undo(self) -> None:
        task_item, _, actor = self.pick("submitted")
        reversals.undo(self.session, actor=actor, task_item_id=task_item.id, now=self.now)

    def clear(self) -> None:
        task_item, task, _ = self.pick("submitted")
        reversals.clear(
            self.session, actor=None, task_id=task.id, item_ids=[task_item.item_id], now=self.now, end_claims=True
        )

    def send(self) -> None:
        task_item, _, _ = self.pick("queued", "claimed", "returned", "waiting", "submitted")
        by = {"task_item_id": task_item.id, "to": self.chance.choice(self.tasks).name}
        task_items.send(self.session, actor=None, now=self.now, end_claims=True, **by)

    def reassign(self) -> None:
        task = self.chance.choice(self.tasks)
        old, new = self.anybody(task).email, self.anybody(task).email
        if old != new:
            staff.reassign(self.session, actor=None, task_id=task.id, old=old, new=new, now=self.now, end_claims=True)

    def erase(self) -> None:
        items = self.session.exec(select(Item.id)).all()
        if len(items) < 4:
            raise NotFound("too few are left")
        here, one = building.dataset(self.session), [self.chance.choice(items)]
        task_items.archive_items(self.session, actor=None, dataset=here, item_ids=one, now=self.now, end_claims=True)
        erasure.erase(self.session, actor=None, item_ids=one, now=self.now)

    def expire(self) -> None:
        claims.expire(self.session, now=self.now)

    def move(self) -> None:
        building.move(self.session, now=self.now)
        self.session.expire_all()

    def recounted(self) -> dict[object, Tally]:
        reviews: dict[int, frozenset[int]] = {task.id: frozenset() for task in self.tasks if task.type == "qa"}
        for row in self.session.exec(select(Review)):
            reviews[row.qa_task_id] |= {row.task_id}
        people = {one.id: one.person_id for one in self.session.exec(select(Assignment))}
        return recount(self.events(), self.signs, reviews=reviews, people=people)

    def events(self) -> list[Happened]:
        return [
            Happened(
                id=one.id,
                at=one.at,
                verb=Verb(one.verb),
                item_id=one.item_id,
                task_id=one.task_id,
                assignment_id=one.assignment_id,
                actor_id=one.actor_id,
                status=one.status,
                visit=one.visit,
                name=one.name,
                qa_task_id=(one.detail or {}).get("qa"),
            )
            for one in self.session.exec(select(Event).order_by(col(Event.id)))
        ]


def seeds(engine: Engine, most: int) -> range:
    """Return the seeds of as many histories; on PostgreSQL of a quarter: what differs there is in each of them."""
    return range(most if engine.dialect.name == "sqlite" else most // 4)


@contextmanager
def played(engine: Engine, seed: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    """A random history, which leaves nothing behind."""
    with Session(engine, expire_on_commit=False) as session, monkeypatch.context() as patched:
        signs: list[Sign] = []
        overhear(patched, signs)
        play = Play(session, random.Random(seed))
        play.signs = signs
        for _ in range(steps):
            play.step()
        session.flush()
        yield play
        session.rollback()


def overhear(patched: pytest.MonkeyPatch, signs: list[Sign]) -> None:
    batched, seen = activity.batched, activity.seen

    def note(session: Session, task_item_id: int, person_id: int, now: datetime, kind: Kind) -> None:
        task_item = session.exec(
            select(TaskItem).where(TaskItem.id == task_item_id).execution_options(populate_existing=True)
        ).one()
        if kind is Kind.ENDED and task_item.state != "claimed":
            kind = Kind.UNHELD
        signs.append(Sign(now, task_item.task_id, task_item.item_id, task_item.visit, person_id, kind))

    def hear_batched(session, *, ids, opened, person_id, now):
        for one in ids:
            note(session, one, person_id, now, Kind.OPENED if one == opened else Kind.BATCHED)
        batched(session, ids=ids, opened=opened, person_id=person_id, now=now)

    def hear_seen(session, *, task_item_ids, person_id, now, ends=False):
        for one in task_item_ids:
            note(session, one, person_id, now, Kind.ENDED if ends else Kind.WORKED)
        seen(session, task_item_ids=task_item_ids, person_id=person_id, now=now, ends=ends)

    patched.setattr(activity, "batched", hear_batched)
    patched.setattr(activity, "seen", hear_seen)
