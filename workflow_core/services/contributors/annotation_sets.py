"""What is drawn in a task becomes its annotations at submit: compared with what is there, checked, recorded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from workflow_core.domain import geometry, recipes, values
from workflow_core.domain.wording import cited, shown
from workflow_core.errors import InvalidInput
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Annotation, Event, Item, Recipe, Revision, Task, TaskItem
from workflow_core.store.reads import annotations as drawn_there
from workflow_core.store.work import annotations, reviews

MAX_ANNOTATIONS = 10_000
"""How many annotations a task may have on an item: more of them would keep others waiting for seconds."""
MAX_SIZE = 10_000_000
"""How many values and characters these have altogether; PostgreSQL keeps no document of 256 MB."""


class Drawn(BaseModel):
    """An annotation as a contributor submits it; `id` names the one that it changes or accepts."""

    model_config = ConfigDict(extra="forbid")

    id: int | None = Field(default=None, gt=0, le=values.LARGEST)
    label: StrictStr
    tool: StrictStr
    geometry: dict[str, Any] = Field(default_factory=dict)
    attributes: dict[str, Any] = Field(default_factory=dict)


def parse(raw: object) -> list[Drawn]:
    """Read annotations from JSON values; InvalidInput names the first that is malformed."""
    if not isinstance(raw, list | tuple) or len(raw) > MAX_ANNOTATIONS:
        given = f"{len(raw):,}" if isinstance(raw, list | tuple) else cited(raw)
        raise InvalidInput(f"the annotations of an item are a list of up to {MAX_ANNOTATIONS:,}, not {given}")
    drawn, size = [], 0
    for number, one in enumerate(raw, start=1):
        try:
            new = Drawn.model_validate(one)
            values.line(new.label, "a label", most=values.NAME, least=0)
            values.line(new.tool, "a tool", most=values.NAME, least=0)
            size += values.size(new.geometry, "a geometry") + values.size(new.attributes, "attributes")
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(shown(part) for part in first["loc"]) or "annotation"
            raise InvalidInput(f"annotation {number}: {where}: {first['msg']}") from error
        except values.Unfit as error:
            raise InvalidInput(f"annotation {number}: {error}") from error
        if size > MAX_SIZE:
            raise InvalidInput(f"annotation {number} is too much: an item has up to {MAX_SIZE:,} values and characters")
        drawn.append(new)
    return drawn


def of_item(session: Session, *, item_id: int, task_id: int | None = None) -> list[dict[str, Any]]:
    """Return what is drawn on an item, optionally in one task only: as it is submitted, with `by`, who made it."""
    return [
        {**one.model_dump(include=set(Drawn.model_fields)), "by": email or one.model or "unknown"}
        for one, email in drawn_there.with_makers(session, item_id=item_id, task_id=task_id)
    ]


def replace(
    session: Session, *, task_item: TaskItem, task: Task, drawn: Sequence[Drawn], person_id: int, now: datetime
) -> None:
    """Make `drawn` the annotations of this task on the item: all of them, no others of the task.

    Annotations of other tasks stay as they are, but a reviewer may correct those that they review where the recipe's
    setting `reviewer_edits` allows it: both are kept, and it does not make it their own work. A prediction that is
    drawn unchanged is accepted; one that is changed keeps its origin. What it was is a revision, and not a part of
    the history, which names annotations by number alone: an item can be erased, and events cannot.

    Raises:
        InvalidInput: something is not allowed by the task's recipe, lies outside the image, or is unknown.
    """
    item = session.get_one(Item, task_item.item_id)
    recipe = recipes.from_json(session.get_one(Recipe, task.recipe_id).content)
    present = annotations.present(session, item_id=task_item.item_id, task_ids=[task.id])
    reviewed = reviews.task_ids(session, qa_task_id=task.id) if recipe.settings.get("reviewer_edits") else []
    correctable = annotations.present(session, item_id=task_item.item_id, task_ids=reviewed)
    changes: dict[str, list[int]] = {"created": [], "changed": [], "accepted": [], "deleted": []}
    before: list[dict[str, Any]] = []
    kept: set[int] = set()
    for number, one in enumerate(drawn, start=1):
        shape = _checked(recipe, one, item, number)
        if one.id is None:
            new = Annotation(
                item_id=task_item.item_id,
                task_id=task.id,
                label=one.label,
                tool=one.tool,
                geometry=shape,
                attributes=one.attributes,
                created_by=person_id,
                created_at=now,
            )
            session.add(new)
            session.flush()
            changes["created"].append(new.id)
        elif one.id in present | correctable and one.id not in kept:
            kept.add(one.id)
            was = _change((present | correctable)[one.id], one, shape, person_id, now, changes)
            before += [was] if was else []
        else:
            raise InvalidInput(
                f"annotation {number}: there is no annotation {shown(one.id)} of task {task.name!r} on {item.name};"
                f" possible: {shown(', '.join(str(key) for key in present.keys() - kept)) or 'new ones, without id'}"
            )
    for key, old in present.items():
        if key not in kept:
            old.deleted_at, old.updated_by, old.updated_at = now, person_id, now
            changes["deleted"].append(key)
    if any(changes.values()):
        event = Event(
            at=now,
            verb="annotated",
            item_id=task_item.item_id,
            task_id=task.id,
            entry_id=task_item.entry_id,
            actor_id=person_id,
            visit=task_item.visit,
            detail={key: value for key, value in changes.items() if value},
        )
        session.add(event)
        session.flush()
        session.add_all(Revision(event_id=event.id, **was) for was in before)


def _checked(recipe: recipes.Recipe, one: Drawn, item: Item, number: int) -> dict[str, Any]:
    wrong = recipes.fault(recipe, label=one.label, tool=one.tool, attributes=one.attributes)
    if wrong:
        raise InvalidInput(f"annotation {number}: {wrong}")
    try:
        return dict(geometry.parse(one.tool, one.geometry, item.width, item.height))
    except InvalidInput as error:
        raise InvalidInput(f"annotation {number} ({one.label}): {error}") from error


def _change(
    old: Annotation,
    one: Drawn,
    shape: dict[str, Any],
    person_id: int,
    now: datetime,
    changes: dict[str, list[int]],
) -> dict[str, Any] | None:
    """Change or accept an annotation; returns what it was, if it was something else."""
    before = {"label": old.label, "tool": old.tool, "geometry": old.geometry, "attributes": old.attributes}
    after = {"label": one.label, "tool": one.tool, "geometry": shape, "attributes": one.attributes}
    if before != after:
        old.label, old.tool, old.geometry, old.attributes = one.label, one.tool, shape, one.attributes
        old.updated_by, old.updated_at = person_id, now
        changes["changed"].append(old.id)
        return {"annotation_id": old.id, **before}
    if old.created_by is None and old.accepted_at is None:
        old.accepted_at, old.updated_by, old.updated_at = now, person_id, now
        changes["accepted"].append(old.id)
    return None
