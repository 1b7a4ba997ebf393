"""Two-task pipelines to move items through, and processes that can be killed."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlmodel import col, func, select

from workflow_core.services import people
from workflow_core.services.contributors import work
from workflow_core.services.pipelines import deployment, entries
from workflow_core.store.database.engine import Engine, engine_for, session_scope
from workflow_core.store.models import Event, Item, Person, Pipeline, Task, TaskItem

FILE = b"""
pipeline: road
dataset: frames
start: cars
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: signs}}
  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [bo@example.org], on: {completed: done}}
exits:
  done: {}
"""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Road:
    """The pipeline `road` in a database: complete items in `cars`, see them arrive in `signs`."""

    url: str
    engine: Engine
    ann: Person
    todo: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)

    def complete(self, count: int = 1) -> list[int]:
        """Set a status on that many items, each in a transaction of its own."""
        taken, self.todo = self.todo[:count], self.todo[count:]
        for task_item_id in taken:
            with session_scope(self.engine) as session:
                work.submit(session, actor=self.ann, task_item_id=task_item_id, status="completed", now=now())
            self.done.append(task_item_id)
        return taken

    def take_up(self, task: str) -> int:
        """Have the items that are in a task completed next; return how many these are."""
        with session_scope(self.engine, read_only=True) as session:
            self.todo = list(session.exec(select(TaskItem.id).join(Task).where(Task.name == task)))
        return len(self.todo)

    def moved(self) -> int:
        """Return how many items have arrived in `signs`."""
        return len(self._rows("signs"))

    def unrouted(self) -> int:
        with session_scope(self.engine, read_only=True) as session:
            return session.exec(select(func.count()).where(col(TaskItem.routing) == "pending")).one()

    def check(self) -> None:
        """Every acknowledged status is there, and every item with one was moved exactly once."""
        with session_scope(self.engine, read_only=True) as session:
            submitted = set(session.exec(select(TaskItem.id).where(TaskItem.state == "submitted")))
            items = dict(session.exec(select(TaskItem.id, TaskItem.item_id).where(TaskItem.state == "submitted")).all())
            placed = session.exec(
                select(Event.item_id, func.count())
                .join(Task, col(Task.id) == col(Event.task_id))
                .where(Event.verb == "placed", Task.name == "signs")
                .group_by(col(Event.item_id))
            ).all()
        assert set(self.done) <= submitted
        assert dict.fromkeys(items.values(), 1) == dict(placed)
        assert sorted(self._rows("signs")) == sorted(items.values())

    def _rows(self, task: str) -> Sequence[int]:
        with session_scope(self.engine, read_only=True) as session:
            return session.exec(select(TaskItem.item_id).join(Task).where(Task.name == task)).all()


@pytest.fixture(scope="session")
def road_in() -> Iterator[Callable[[str, int], Road]]:
    """Deploy `road` into the database at a URL, with that many items."""
    engines: list[Engine] = []

    def build(url: str, items: int) -> Road:
        engine = engine_for(url)
        engines.append(engine)
        if engine.dialect.name == "sqlite":
            # No test cuts the power: what is committed outlives every process, and a status takes half the time.
            event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        with session_scope(engine) as session:
            done = deployment.deploy(session, text=FILE, file="road.yaml", read=lambda _: b"", actor=None, now=now())
            pipeline = session.get_one(Pipeline, done.pipeline_id)
            session.add_all(
                Item(dataset_id=pipeline.dataset_id, name=f"{number:05}.jpg", created_at=now())
                for number in range(items)
            )
        entered = 1
        while entered:
            with session_scope(engine) as session:
                pipeline = session.get_one(Pipeline, done.pipeline_id)
                entered = entries.enter_new(session, pipeline=pipeline, now=now())
        with session_scope(engine, read_only=True) as session:
            road = Road(url, engine, people.person(session, email="ann@example.org"))
            road.todo = list(session.exec(select(TaskItem.id).order_by(col(TaskItem.id))))
        return road

    yield build
    for engine in engines:
        engine.dispose()


@pytest.fixture
def road(database_url: str, road_in: Callable[[str, int], Road]) -> Road:
    return road_in(database_url, 50)


@pytest.fixture
def long_road(database_url: str, road_in: Callable[[str, int], Road]) -> Road:
    """A road with so many items that movers are killed, and change, amid them."""
    return road_in(database_url, 400)


@pytest.fixture(scope="module")
def postgres_module_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A migrated, empty PostgreSQL database for a module's tests."""
    url = make_url(postgres_server)
    admin = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    name = f"m{uuid.uuid4().hex}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {postgres_template}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
