"""A small stage for tests of the core: a database, a clock, people, and each action in a transaction of its own."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import Engine, bindparam, insert
from sqlmodel import Session, select

from tests.replayed import once
from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, Problems
from workflow_core.domain.views.effects import TakenAlong, TakenBack
from workflow_core.domain.views.history import Why
from workflow_core.domain.views.pipelines import Deployed
from workflow_core.domain.views.work import Claim, Submitted
from workflow_core.services import people
from workflow_core.services.contributors import annotation_sets, batches, work
from workflow_core.services.exchange import imports
from workflow_core.services.exchange.imports import Imported
from workflow_core.services.jobs import requests
from workflow_core.services.managers import history, progress, reversals, staff, task_items
from workflow_core.services.pipelines import bundles, deployment, entries, migration
from workflow_core.services.pipelines.bundles import Bundle
from workflow_core.services.reviewers import reviews
from workflow_core.services.running import moves, sweeps, verification
from workflow_core.services.running.moves import Moved
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Assignment, Dataset, Entry, Event, Issue, Item, Person, Pipeline, Task, TaskItem
from workflow_core.store.work.reassignment import Handed

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

BOX = {"label": "car", "tool": "box", "geometry": {"x": 1, "y": 1, "width": 20, "height": 10}}

HERE: Any = (Pipeline.name == bindparam("pipeline")) | (Task.pipeline_id == None)  # noqa: E711
# Made once: what is looked up before each act of each test takes half the time then.
PIPELINE = select(Pipeline).where(Pipeline.name == bindparam("pipeline"))
PERSON = select(Person).where(Person.email == bindparam("email"))
TASK = select(Task).outerjoin(Pipeline).where(Task.name == bindparam("task"), HERE)
TASK_ITEM = select(TaskItem).join(Item).where(Item.name == bindparam("item"), TaskItem.task_id == bindparam("task"))

ROWS: Any = (
    select(Item.name, Task.name, TaskItem, Person.email)
    .select_from(TaskItem)
    .join(Item)
    .join(Task)
    .outerjoin(Pipeline)
    .outerjoin(Assignment, Assignment.id == TaskItem.assignment_id)
    .outerjoin(Person, Person.id == Assignment.person_id)
    .where(HERE)
)


def always(session: Session) -> Any:
    """Return what opens this session for whoever wants several, so that what they do can be taken back."""
    return lambda read_only=False: nullcontext(session)


def no_files(name: str) -> bytes:
    raise FileNotFoundError(name)


@lru_cache
def compiled(text: str, read: Callable[[str], bytes]) -> Bundle:
    """Compile each text once: most tests have the same few."""
    return bundles.compile_file(text.encode(), file="p.yaml", read=read)


class Row(NamedTuple):
    """A task item, by names."""

    state: str
    status: str | None
    visit: int
    who: str | None
    routing: str | None
    parked: str | None
    task_item_id: int

    def __str__(self) -> str:
        """Say it in words: `returned, visit 1, ann`, or what became of a status: `completed, visit 2, bo, routed`."""
        became = f"parked: {self.parked}" if self.parked else self.routing
        words = (self.status or self.state, f"visit {self.visit}", self.who or "nobody", became)
        return ", ".join(word for word in words if word)


@dataclass
class Stage:
    """Plays a pipeline; e-mails are names at example.org."""

    engine: Engine
    now: datetime = START
    pipeline: str = "p"
    read: Callable[[str], bytes] = no_files
    _people: dict[str, int] = field(default_factory=dict)

    def tick(self, **more: float) -> None:
        self.now += timedelta(**(more or {"seconds": 1}))

    def session_of(self, *, read_only: bool = False) -> Any:
        """Open a session as entry points do for services that want several."""
        return session_scope(self.engine, read_only=read_only)

    def session(self) -> Any:
        self.tick()
        return session_scope(self.engine)

    def deploy(self, text: str, **more: Any) -> Deployed:
        with self.session() as session:
            act = partial(deployment.apply, session, compiled(text, self.read), actor=None, now=self.now, **more)
            deployed: Deployed = once(session, (text, self.read, self.now, *more.items()), act)
            return deployed

    def migrate(self, **more: Any) -> migration.Migrated:
        with self.session() as session:
            return migration.migrate(session, pipeline_id=self._pipeline(session).id, actor=None, now=self.now, **more)

    def add_items(self, count: int, meta: Callable[[int], Mapping[str, Any]] = lambda number: {}) -> None:
        """Add items to the pipeline's dataset and enter them; they are named `0`, `1`, …"""
        with self.session() as session:
            pipeline = self._pipeline(session)
            before = len(session.exec(select(Item.id).where(Item.dataset_id == pipeline.dataset_id)).all())
            new = {"dataset_id": pipeline.dataset_id, "folder": "/", "created_at": self.now}
            items = [{**new, "name": str(n), "meta": dict(meta(n))} for n in range(before, before + count)]
            session.connection().execute(insert(Item), items)
        self.enter()

    def enter(self) -> int:
        with self.session() as session:
            return entries.enter_new(session, pipeline=self._pipeline(session), now=self.now)

    def _pipeline(self, session: Session) -> Pipeline:
        return session.exec(PIPELINE, params={"pipeline": self.pipeline}).one()

    def person(self, session: Session, name: str) -> Person:
        return session.exec(PERSON, params={"email": email(name)}).one()

    def task(self, session: Session, name: str) -> Task:
        """Return a task of the pipeline, or one outside pipelines."""
        return session.exec(TASK, params={"task": name, "pipeline": self.pipeline}).one()

    def claim(self, who: str, task: str) -> Claim | None:
        with self.session() as session:
            return work.claim_next(
                session, actor=self.person(session, who), task_id=self.task(session, task).id, now=self.now
            )

    def submit(self, who: str, task: str, item: object, status: str, **more: Any) -> Submitted:
        with self.session() as session:
            task_item = self.task_item(session, task, item)
            return work.submit(
                session, actor=self.person(session, who), task_item_id=task_item.id, status=status, now=self.now, **more
            )

    def submit_many(
        self,
        who: str,
        task: str,
        statuses: Mapping[object, str],
        annotations: Sequence[Mapping[str, Any]] | None = None,
    ) -> list[batches.Outcome]:
        """Submit a batch of statuses, by item; returns what became of each."""
        with self.session() as session:
            batch = [
                batches.Wanted(status, self.task_item(session, task, item).id, annotations=annotations)
                for item, status in statuses.items()
            ]
            by = {"actor": self.person(session, who), "task_id": self.task(session, task).id, "now": self.now}
            return batches.submit_many(session, batch=batch, **by)

    def task_item(self, session: Session, task: str, item: object) -> TaskItem:
        task_id = self.task(session, task).id
        return session.exec(TASK_ITEM, params={"item": str(item), "task": task_id}).one()

    def release(self, who: str, task: str, item: object = 0) -> None:
        with self.session() as session:
            task_item_id = self.task_item(session, task, item).id
            work.release(session, actor=self.person(session, who), task_item_id=task_item_id, now=self.now)

    def postpone(self, who: str, task: str, item: object = 0) -> None:
        with self.session() as session:
            task_item_id = self.task_item(session, task, item).id
            work.postpone(session, actor=self.person(session, who), task_item_id=task_item_id, now=self.now)

    def do(self, who: str, task: str, status: str, **more: Any) -> str | None:
        """Claim the next item and submit it; returns its name."""
        task_item = self.claim(who, task)
        if task_item is None:
            return None
        with self.session() as session:
            work.submit(
                session,
                actor=self.person(session, who),
                task_item_id=task_item.id,
                status=status,
                token=task_item.token,
                now=self.now,
                **more,
            )
            return session.get_one(Item, task_item.item_id).name

    def do_all(self, who: str, task: str, status: str) -> list[str]:
        done = []
        while (one := self.do(who, task, status)) is not None:
            done.append(one)
        return done

    def advance(self, limit: int = 1000) -> Moved:
        with self.session() as session:
            return moves.advance(session, limit=limit, now=self.now)

    def bring(self, *drawn: Mapping[str, Any], **more: Any) -> Imported:
        """Import what a model has drawn on an item, or several; what is drawn alike comes in once."""
        with self.session() as session:
            return self.bring_in(session, *drawn, **more)

    def bring_in(
        self, session: Session, *drawn: Mapping[str, Any], item: object = 0, also: Sequence[object] = (), **more: Any
    ) -> Imported:
        on = [ItemReference(folder="/", name=str(one)) for one in (item, *also)]
        return imports.import_annotations(
            always(session),
            actor=None,
            dataset_id=self._pipeline(session).dataset_id,
            annotations=[ImportedAnnotation(each, origin="model", **one) for each in on for one in drawn],
            problems=Problems(),
            clock=lambda: self.now,
            **more,
        )

    def drawn(self, item: object = 0, task: str = "cars") -> list[dict[str, Any]]:
        """Return what a person sees of an item in a task, as they would list it in a submit."""
        with self.session() as session:
            found = self.task_item(session, task, item)
            listed = annotation_sets.of_item(session, item_id=found.item_id, task_id=found.task_id)
            return [{name: value for name, value in one.items() if name != "by"} for one in listed]

    def advance_all(self) -> None:
        """Advance until nothing is left to move: one call moves items of one pipeline alone."""
        while self.advance():
            pass

    def sweep(self) -> sweeps.Swept:
        with self.session() as session:
            return sweeps.sweep(session, now=self.now)

    def add_member(self, who: str, role: str = "contributor") -> None:
        """Give somebody a role in the project of the pipeline."""
        with self.session() as session:
            project_id = self._pipeline(session).project_id
            people.member(session, email=email(who), project_id=project_id, role=role, now=self.now)

    def set_active(self, who: str, active: bool) -> None:
        with self.session() as session:
            self.person(session, who).active = active

    def set_task(self, name: str, **fields: Any) -> None:
        with self.session() as session:
            task = self.task(session, name)
            for key, value in fields.items():
                setattr(task, key, value)
            session.add(task)

    # -- QA, second thoughts and managers

    def manual_qa(self, name: str, of: str, who: str, **settings: Any) -> None:
        """Make a QA task outside the pipeline over what is completed in one of its tasks."""
        with self.session() as session:
            task = self.task(session, of)
            team = {email(who): 1.0}
            requests.create_qa(
                session, actor=None, task_id=task.id, name=name, assignees=team, now=self.now, **settings
            )

    def flag(self, who: str, qa: str, on: str, item: object = 0, **more: Any) -> int:
        """Flag something missing in the task `on`; returns the issue."""
        with self.session() as session:
            task_item_id = self.task_item(session, qa, item).id
            actor = self.person(session, who)
            about = {"kind": "missing", "task": on, **more}
            return reviews.flag(session, actor=actor, task_item_id=task_item_id, now=self.now, **about).id

    def fix(self, who: str, issue: int) -> None:
        with self.session() as session:
            reviews.fix(session, actor=self.person(session, who), issue_id=issue, now=self.now)

    def reopen(self, who: str, issue: int) -> None:
        with self.session() as session:
            reviews.reopen(session, actor=self.person(session, who), issue_id=issue, now=self.now)

    def approve(self, who: str, issue: int) -> None:
        with self.session() as session:
            reviews.approve(session, actor=self.person(session, who), issue_id=issue, now=self.now)

    def dismiss(self, who: str, issue: int) -> None:
        with self.session() as session:
            reviews.dismiss(session, actor=self.person(session, who), issue_id=issue, now=self.now)

    def fixed(self, who: str, task: str, issue: int, status: str = "completed", item: object = 0) -> None:
        """Let the author mark an issue for review and submit the item again."""
        self.fix(who, issue)
        self.submit(who, task, item, status)

    def issues(self) -> dict[int, str]:
        with self.session() as session:
            return dict(session.exec(select(Issue.id, Issue.state)).all())

    def undo(self, who: str, task: str, item: object = 0) -> None:
        with self.session() as session:
            task_item_id = self.task_item(session, task, item).id
            reversals.undo(session, actor=self.person(session, who), task_item_id=task_item_id, now=self.now)

    def clear(self, task: str, item: object = 0, **more: Any) -> TakenBack:
        with self.session() as session:
            return reversals.clear(
                session,
                actor=None,
                task_id=self.task(session, task).id,
                item_ids=[self.task_item(session, task, item).item_id],
                now=self.now,
                **more,
            )

    def send(self, task: str, to: str, item: object = 0, **more: Any) -> TakenAlong:
        with self.session() as session:
            task_item_id = self.task_item(session, task, item).id
            return task_items.send(session, actor=None, task_item_id=task_item_id, to=to, now=self.now, **more)

    # What managers do with a team: people are names here, too.

    def redistribute(self, task: str, weights: Mapping[str, float]) -> Handed:
        with self.session() as session:
            shares = {email(who): weight for who, weight in weights.items()}
            return staff.redistribute(
                session, actor=None, task_id=self.task(session, task).id, weights=shares, now=self.now
            )

    def reassign(self, task: str, *, old: str, new: str, end_claims: bool = False) -> Handed:
        with self.session() as session:
            return staff.reassign(
                session,
                actor=None,
                task_id=self.task(session, task).id,
                old=email(old),
                new=email(new),
                end_claims=end_claims,
                now=self.now,
            )

    def add_person(self, task: str, who: str, weight: float = 1.0) -> None:
        with self.session() as session:
            of = self.task(session, task)
            staff.add(session, actor=None, task_id=of.id, email=email(who), weight=weight, now=self.now)

    def remove_person(self, task: str, who: str, *, end_claims: bool = False) -> None:
        with self.session() as session:
            of = self.task(session, task)
            staff.remove(session, actor=None, task_id=of.id, email=email(who), end_claims=end_claims, now=self.now)

    def remove_item(self, task: str, item: object = 0, **more: Any) -> int:
        with self.session() as session:
            one = self.task_item(session, task, item).item_id
            return task_items.remove_items(
                session, actor=None, task_id=self.task(session, task).id, item_ids=[one], now=self.now, **more
            )

    def progress(self, task: str) -> tuple[str, dict[str, str]]:
        """Return how far a task is, and how far the assignment of each person in it."""
        with self.session() as session:
            (one,) = progress.of_tasks(session, task_ids=[self.task(session, task).id])
            shares = {(share.person or "pool").split("@")[0]: str(share.status) for share in one.shares}
            return str(one.status), shares

    # -- what is where

    def rows(self) -> dict[tuple[str, str], Row]:
        """Return all task items of the pipeline, and of tasks outside pipelines, by (item, task)."""
        with self.session() as session:
            return {
                (item, task): Row(
                    row.state,
                    row.status,
                    row.visit,
                    who and who.split("@")[0],
                    row.routing,
                    row.parked,
                    row.id,
                )
                for item, task, row, who in session.exec(ROWS, params={"pipeline": self.pipeline})
            }

    def row(self, task: str, item: object = 0) -> Row:
        return self.rows()[str(item), task]

    def at(self, task: str) -> list[str]:
        """Return the items that are open in a task."""
        open_ = ("queued", "claimed", "returned", "waiting")
        return sorted(item for (item, name), row in self.rows().items() if name == task and row.state in open_)

    def exits(self) -> dict[str, str | None]:
        """Return by which exit each item left the pipeline."""
        with self.session() as session:
            query = select(Item.name, Entry.exit).select_from(Entry).join(Item).join(Pipeline)
            return dict(session.exec(query.where(Pipeline.name == self.pipeline)).all())

    def held(self, item: object = 0) -> str | None:
        """Return the exit at which an item is held."""
        with self.session() as session:
            query = select(Entry.held_exit).select_from(Entry).join(Item).join(Pipeline)
            return session.exec(query.where(Pipeline.name == self.pipeline, Item.name == str(item))).one()

    def events(self, *verbs: str) -> list[Event]:
        with self.session() as session:
            query = select(Event).order_by(Event.id)
            return list(session.exec(query.where(Event.verb.in_(verbs)) if verbs else query))

    def positions(self) -> dict[str, int]:
        with self.session() as session:
            return dict(moves.where(session, pipeline_id=self._pipeline(session).id).counts)

    def why(self, item: object = 0) -> Why:
        with self.session() as session:
            dataset = session.get_one(Dataset, self._pipeline(session).dataset_id)
            key = session.exec(select(Item.id).where(Item.name == str(item), Item.dataset_id == dataset.id)).one()
            return history.why(session, item=key)

    def check(self) -> None:
        """Assert that the history reproduces the tables and that nothing is lost."""
        with self.session() as session:
            assert [str(one) for one in verification.check(session)] == []


def email(name: str) -> str:
    return f"{name}@example.org"
