"""What tests build with: a pipeline from YAML, items, people who work through them, and what is where then."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlmodel import Session, col, select
from stage import START

from tests.replayed import once
from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.domain.views.pipelines import Deployed
from workflow_core.services import people
from workflow_core.services.contributors import work
from workflow_core.services.managers import tasks
from workflow_core.services.pipelines import bundles, data, deployment
from workflow_core.services.pipelines.bundles import Bundle
from workflow_core.services.running import moves
from workflow_core.store.models import Assignment, Dataset, Entry, Event, Item, Person, Project, Task, TaskItem

NOW = START

TWO_STEPS = """
pipeline: street
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org, bo@example.org]
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
"""


class Row(NamedTuple):
    """Where an item is in a task: what the manual path and the pipeline path must agree on, and the state."""

    item: str
    task: str
    assignee: str | None
    status: str | None
    state: str


Answer = str | tuple[str, Sequence[Mapping[str, Any]]] | None
Decide = Callable[[str, str], Answer]
"""From the task's and the item's name to a status, or a status and annotations; None releases the item."""


def reader(files: Mapping[str, bytes | str]) -> Callable[[str], bytes]:
    """Return what reads the files beside a pipeline, from memory."""

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        content = files[path]
        return content.encode() if isinstance(content, str) else content

    return read


def deploy(
    session: Session,
    text: str = TWO_STEPS,
    *,
    files: Mapping[str, bytes | str] | None = None,
    actor: Person | None = None,
    now: datetime = NOW,
) -> Deployed:
    """Deploy a pipeline; `files` are the recipes and instructions beside it, by path."""
    beside = tuple((files or {}).items())
    act = partial(deployment.apply, session, compiled(text, beside), actor=actor, now=now)
    deployed: Deployed = once(session, (text, beside, now), act)
    return deployed


@lru_cache
def compiled(text: str, files: tuple[tuple[str, bytes | str], ...]) -> Bundle:
    """Compile each pipeline once: most tests have the same few."""
    return bundles.compile_file(text.encode(), file="pipeline.yaml", read=reader(dict(files)))


def dataset(session: Session, *, name: str = "street", project: str = "default", now: datetime = NOW) -> Dataset:
    """Return a dataset, made with its project if need be."""
    found = people.project_for(session, name=project, actor=None, now=now)
    return data.create_dataset(session, actor=None, project_id=found.id, name=name, now=now)


def add_items(
    session: Session,
    count: int,
    *,
    to: Dataset | None = None,
    start: int = 0,
    folder: str = "/",
    metadata: Mapping[str, Any] | None = None,
    now: datetime = NOW,
) -> data.Added:
    """Add the items `0000.jpg`, `0001.jpg`, … of 640 × 480 pixels, to the dataset `street` by default."""
    new = [
        data.NewItem(name=f"{n:04}.jpg", folder=folder, metadata=dict(metadata or {}), width=640, height=480)
        for n in range(start, start + count)
    ]
    return data.add_items(session, actor=None, dataset=to or dataset(session), new=new, now=now)


def person(session: Session, email: str, *, role: str = "contributor", project: str = "default") -> Person:
    """Return a person who has the role in the project."""
    found = people.project_for(session, name=project, actor=None, now=NOW)
    return people.member(session, email=email, project_id=found.id, role=role, now=NOW)


def stranger(session: Session, email: str = "sam@example.org") -> Person:
    """Return a person without any role."""
    found = Person(email=email, created_at=NOW)
    session.add(found)
    session.flush()
    return found


def task(session: Session, name: str, *, project: str = "default") -> Task:
    """Return a task by name."""
    found = session.exec(select(Project).where(Project.name == project)).one()
    return session.get_one(Task, data.task_names(session, project_id=found.id)[name])


def make_task(session: Session, name: str = "cars", **given: Any) -> Task:
    """Make a task outside pipelines over the dataset `street`: by default ann and bo annotate cars."""
    default: dict[str, Any] = {
        "recipe": Recipe((Label("car"),)),
        "assignees": {"ann@example.org": 1.0, "bo@example.org": 1.0},
    }
    return session.get_one(
        Task, tasks.create(session, actor=None, dataset_id=dataset(session).id, name=name, now=NOW, **default | given)
    )


def move(session: Session, *, now: datetime = NOW) -> int:
    """Route all that is to be routed; returns how many statuses moved."""
    routed = 0
    while moved := moves.advance(session, now=now):
        routed += moved.routed
    return routed


def work_in(session: Session, name: str, decide: Decide, *, project: str = "default", now: datetime = NOW) -> int:
    """Let everybody in a task claim and submit what they can; returns how many statuses were set."""
    found = task(session, name, project=project)
    team = session.exec(
        select(Person)
        .join(Assignment, col(Assignment.person_id) == col(Person.id))
        .where(Assignment.task_id == found.id, col(Assignment.active), col(Person.active))
        .order_by(col(Assignment.id))
    ).all()
    done = 0
    for actor in team:
        while claimed := work.claim_next(session, actor=actor, task_id=found.id, now=now):
            answer = decide(name, session.get_one(Item, claimed.item_id).name)
            if answer is None:
                work.release(session, actor=actor, task_item_id=claimed.id, now=now)
                break
            status, annotations = (answer, None) if isinstance(answer, str) else answer
            work.submit(
                session,
                actor=actor,
                task_item_id=claimed.id,
                status=status,
                token=claimed.token,
                annotations=annotations,
                now=now,
            )
            done += 1
    return done


def work_through(session: Session, decide: Decide, *, project: str = "default", now: datetime = NOW) -> int:
    """Let everybody work in every task, and the mover move, until nothing changes; returns how many statuses."""
    done = 0
    while True:
        names = list(session.exec(select(Task.name).join(Project).where(Project.name == project)))
        worked = sum(work_in(session, name, decide, project=project, now=now) for name in names)
        if not worked + move(session, now=now):
            return done
        done += worked


def good(task: str, _item: str) -> str:
    """Decide as if everything were well: annotators complete, reviewers approve."""
    return "approved" if task in ("qa", "expert") or task.endswith("-qa") else "completed"


def rows(session: Session, *, project: str = "default") -> list[Row]:
    """Return every task item of a project, by task and item."""
    found = session.exec(
        select(Item.name, Task.name, Person.email, TaskItem.status, TaskItem.state)
        .select_from(TaskItem)
        .join(Item, col(Item.id) == col(TaskItem.item_id))
        .join(Task, col(Task.id) == col(TaskItem.task_id))
        .join(Assignment, col(Assignment.id) == col(TaskItem.assignment_id), isouter=True)
        .join(Person, col(Person.id) == col(Assignment.person_id), isouter=True)
        .join(Project, col(Project.id) == col(Task.project_id))
        .where(Project.name == project)
        .execution_options(populate_existing=True)
    )
    return sorted((Row(*row) for row in found), key=lambda row: (row.task, row.item))


def names_in(session: Session, name: str) -> list[str]:
    """Return the names of the items that have a task item in a task."""
    return [row.item for row in rows(session) if row.task == name]


def exits(session: Session) -> dict[str, str | None]:
    """Return by item the exit by which it left; None while it is on its way."""
    found = session.exec(select(Item.name, Entry.exit).join(Entry, col(Entry.item_id) == col(Item.id)))
    return dict(found.all())


def history(session: Session, verb: str) -> list[Event]:
    """Return the events of a verb, in order."""
    return list(session.exec(select(Event).where(Event.verb == verb).order_by(col(Event.id))))
