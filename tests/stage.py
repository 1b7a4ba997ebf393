"""A small stage for tests of the core: a database, a clock, people, and each action in a transaction of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from workflow_core.services import deploying, entering, history, overview, routing, sweeping, work
from workflow_core.services.routing import Moved
from workflow_core.store.claims import Place
from workflow_core.store.database import session_scope
from workflow_core.store.models import Assignment, Dataset, Entry, Event, Item, Person, Pipeline, Task, TaskItem

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

RECIPE = "{labels: [car]}"


def no_files(name: str) -> bytes:
    raise FileNotFoundError(name)


@dataclass(frozen=True)
class Row:
    """An item's place in a task, by names."""

    state: str
    status: str | None
    visit: int
    who: str | None
    routing: str | None
    parked: str | None
    place_id: int


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

    def session(self) -> Any:
        self.tick()
        return session_scope(self.engine)

    def deploy(self, text: str) -> deploying.Deployed:
        with self.session() as session:
            return deploying.deploy(
                session, text=text.encode(), file="p.yaml", read=self.read, actor=None, now=self.now
            )

    def add_items(self, count: int, meta: Callable[[int], Mapping[str, Any]] = lambda number: {}) -> None:
        """Add items to the pipeline's dataset and enter them; they are named `0`, `1`, …"""
        with self.session() as session:
            pipeline = self._pipeline(session)
            before = len(session.exec(select(Item.id).where(Item.dataset_id == pipeline.dataset_id)).all())
            session.add_all(
                Item(dataset_id=pipeline.dataset_id, name=str(n), meta=dict(meta(n)), created_at=self.now)
                for n in range(before, before + count)
            )
        self.enter()

    def enter(self) -> int:
        with self.session() as session:
            return entering.enter_new(session, pipeline=self._pipeline(session), now=self.now)

    def _pipeline(self, session: Session) -> Pipeline:
        return session.exec(select(Pipeline).where(Pipeline.name == self.pipeline)).one()

    def person(self, session: Session, name: str) -> Person:
        return session.exec(select(Person).where(Person.email == email(name))).one()

    def task(self, session: Session, name: str) -> Task:
        query = select(Task).join(Pipeline).where(Task.name == name, Pipeline.name == self.pipeline)
        return session.exec(query).one()

    def claim(self, who: str, task: str) -> Place | None:
        with self.session() as session:
            return work.claim_next(
                session, actor=self.person(session, who), task_id=self.task(session, task).id, now=self.now
            )

    def submit(self, who: str, task: str, item: object, status: str, **more: Any) -> work.Submitted:
        with self.session() as session:
            place = self.place(session, task, item)
            return work.submit(
                session, actor=self.person(session, who), place_id=place.id, status=status, now=self.now, **more
            )

    def place(self, session: Session, task: str, item: object) -> TaskItem:
        task_id = self.task(session, task).id
        query = select(TaskItem).join(Item).where(Item.name == str(item), TaskItem.task_id == task_id)
        return session.exec(query).one()

    def end(self, verb: str, who: str, task: str, item: object) -> None:
        with self.session() as session:
            place_id = self.place(session, task, item).id
            getattr(work, verb)(session, actor=self.person(session, who), place_id=place_id, now=self.now)

    def do(self, who: str, task: str, status: str) -> str | None:
        """Claim the next item and submit it; returns its name."""
        place = self.claim(who, task)
        if place is None:
            return None
        with self.session() as session:
            work.submit(
                session,
                actor=self.person(session, who),
                place_id=place.id,
                status=status,
                token=place.token,
                now=self.now,
            )
            return session.get_one(Item, place.item_id).name

    def do_all(self, who: str, task: str, status: str) -> list[str]:
        done = []
        while (one := self.do(who, task, status)) is not None:
            done.append(one)
        return done

    def advance(self, limit: int = 1000) -> Moved:
        with self.session() as session:
            return routing.advance(session, limit=limit, now=self.now)

    def sweep(self) -> sweeping.Swept:
        with self.session() as session:
            return sweeping.sweep(session, now=self.now)

    def set_active(self, who: str, active: bool) -> None:
        with self.session() as session:
            self.person(session, who).active = active

    def set_task(self, name: str, **fields: Any) -> None:
        with self.session() as session:
            task = self.task(session, name)
            for key, value in fields.items():
                setattr(task, key, value)
            session.add(task)

    def rows(self) -> dict[tuple[str, str], Row]:
        """Return all places of the pipeline by (item, task)."""
        with self.session() as session:
            query = (
                select(Item.name, Task.name, TaskItem, Person.email)
                .select_from(TaskItem)
                .join(Item)
                .join(Task)
                .join(Pipeline)
                .outerjoin(Assignment, Assignment.id == TaskItem.assignment_id)
                .outerjoin(Person, Person.id == Assignment.person_id)
                .where(Pipeline.name == self.pipeline)
            )
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
                for item, task, row, who in session.exec(query)
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

    def events(self, *verbs: str) -> list[Event]:
        with self.session() as session:
            query = select(Event).order_by(Event.id)
            return list(session.exec(query.where(Event.verb.in_(verbs)) if verbs else query))

    def places(self) -> dict[str, int]:
        with self.session() as session:
            return overview.places(session, pipeline=self.pipeline)

    def why(self, item: object = 0) -> history.Why:
        with self.session() as session:
            dataset = session.get_one(Dataset, self._pipeline(session).dataset_id)
            key = session.exec(select(Item.id).where(Item.name == str(item), Item.dataset_id == dataset.id)).one()
            return history.why(session, item=key)

    def check(self) -> None:
        """Assert that the history reproduces the tables and that nothing is lost."""
        with self.session() as session:
            assert [str(one) for one in history.check(session)] == []


def email(name: str) -> str:
    return f"{name}@example.org"
