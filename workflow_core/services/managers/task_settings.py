"""What a manager says of a task, before it starts or while it runs: when it is due, and what comes first."""

from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import TypedDict, Unpack

from workflow_core.domain.annotations import recipes
from workflow_core.domain.items.choices import Chosen
from workflow_core.domain.words import documents, values
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import cited
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import InvalidInput, Stale
from workflow_core.pipeline.language.names import MAX_SECONDS
from workflow_core.services import access
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store import turns
from workflow_core.store.allocation import parked
from workflow_core.store.data import tasks
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Recipe, Task
from workflow_core.store.work import reassignment

LARGEST = 1_000_000
"""The highest priority and rank, as in a pipeline file."""


class Settings(TypedDict, total=False):
    """What may be said of any task at any time, as in a pipeline file; a task of higher `priority` is shown first.

    `lease` is how many seconds an item stays with who opened it, from each sign of work on; what is open keeps its end.
    """

    priority: int
    due_at: datetime | None
    lock_when_due: bool
    max_fix_rounds: int | None
    review_own: bool
    description: str | None
    lease: int


def edit(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    now: datetime,
    expected: int | None = None,
    **settings: Unpack[Settings],
) -> int:
    """Change settings of a task, which apply at once, and return their `version`.

    What people hold and may not review any more is handed on.

    Raises:
        NotAllowed: the actor may not edit tasks.
        Stale: they are not of the version `expected` any more.
        InvalidInput: a setting makes no sense.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.EDIT_TASK)
    tasks.lock(session, task)
    present = version(task)
    if expected not in (None, present):
        why = f"the settings of {task.name!r} were changed meanwhile; look at them as they are now"
        due = task.due_at.isoformat() if task.due_at else None
        raise Stale(
            why,
            code="settings-changed",
            task=task.name,
            version=present,
            priority=task.priority,
            due=due,
            lock_when_due=task.lock_when_due,
            max_fix_rounds=task.max_fix_rounds,
            review_own=task.review_own,
            description=task.description,
            lease=task.lease,
        )
    check(task.name, {"due_at": task.due_at, "lock_when_due": task.lock_when_due, **settings})
    if settings:
        tasks.change(session, task.id, **settings)
    if settings.get("review_own") is False:
        reassignment.hand_own_reviews_on(session, task_id=task.id, actor_id=actor.id if actor else None, now=now)
        parked.park_for_nobody(session, now=now)
    return version(task)


def instruct(session: Session, *, actor: Actor, task_id: int, text: str, now: datetime) -> None:
    """Give who works on a task other instructions, as Markdown, or none; until a deploy says them anew.

    Raises:
        NotAllowed: the actor may not edit tasks.
        InvalidInput: they are too long, or what no database keeps as text; or a file that came with a pipeline.
    """
    text = values.text(text, "what instructions say", most=documents.SIZE)
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.EDIT_TASK)
    recipe = recipes.from_json(session.get_one(Recipe, task.recipe_id).content)
    present = recipe.instructions or recipes.Instructions()
    if present.file is not None:
        raise InvalidInput(
            f"the instructions of {task.name!r} are the file {present.file}; a deploy brings another one"
        )
    if text == (present.text or ""):
        return
    changed = replace(recipe, instructions=recipes.Instructions(text=text) if text else None)
    recipes.check(changed)
    content = recipes.to_json(changed)
    kept = tasks.add_recipe(session, project_id=task.project_id, name=task.name, content=content, now=now)
    tasks.change(session, task.id, recipe_id=kept.id)


def version(task: Task) -> int:
    """Return the version of what is said of a task: a number that is another one where any of it is."""
    said = repr([task.recipe_id, *(getattr(task, name) for name in Settings.__annotations__)])
    return int.from_bytes(blake2b(said.encode(), digest_size=7).digest())


def check(name: str, settings: Settings) -> None:
    """Refuse settings of a task that make no sense."""
    if unknown := settings.keys() - Settings.__annotations__.keys():
        raise InvalidInput(
            f"a task has no setting {cited(min(unknown))}; {possible(min(unknown), Settings.__annotations__)}"
        )
    rounds, due_at, description = (settings.get(one) for one in ("max_fix_rounds", "due_at", "description"))
    values.whole(settings.get("priority", 0), f"the priority of {name!r}", least=-LARGEST, most=LARGEST)
    values.whole(settings.get("lease", 1), f"the lease of {name!r}", least=1, most=MAX_SECONDS)
    if rounds is not None:
        values.whole(rounds, f"max_fix_rounds of {name!r}", least=1, most=LARGEST)
    if due_at is not None:
        values.moment(due_at, f"due_at of {name!r}")
    for switch in ("lock_when_due", "review_own"):
        if not isinstance(settings.get(switch, False), bool):
            raise InvalidInput(f"{switch} is true or false, not {cited(settings.get(switch))}")
    if description is not None:
        values.text(description, "a description")
    if settings.get("lock_when_due") and due_at is None:
        raise InvalidInput(f"task {name!r} cannot be locked when it is due: it has no due_at; give it one")


def check_rank(given: object) -> int:
    """Return a rank; refuse what is none.

    Raises:
        InvalidInput: it is no whole number, or too large a one.
    """
    return values.whole(given, "a rank", least=-LARGEST, most=LARGEST)


def rank(
    session: Session,
    *,
    actor: Actor,
    task_id: int,
    rank: int,
    **chosen: Unpack[Chosen],
) -> int:
    """Say which items of a task come first: those of the lowest rank, by default all have 0; returns how many change.

    All items of the task, a folder, a filter, or those listed; what is still to be done is handed out by it at once.

    Raises:
        NotAllowed: the actor may not edit tasks.
        InvalidInput: the rank is none.
    """
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.EDIT_TASK)
    check_rank(rank)
    dataset = session.get_one(Dataset, task.dataset_id)
    items = data.condition(session, dataset=dataset, **chosen)
    return turns.rank(session, task_id=task.id, items=items, rank=rank)
