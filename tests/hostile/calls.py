"""The services that take a number, a text or a document inside something; what they take by itself is in `walk`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stage import BOX, no_files

from hostile.scene import Scene, written
from hostile.values import VALUES
from workflow_core.domain.annotations.recipes import Attribute, Label, Recipe
from workflow_core.pipeline.compiled import Queue
from workflow_core.services.contributors import work
from workflow_core.services.contributors.batches import Wanted
from workflow_core.services.managers import (
    staff,
    task_settings,
    tasks,
)
from workflow_core.services.pipelines import data, deployment


def _hashed(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else str(type(value))


def _drawn(**about: Any) -> list[Any]:
    return [BOX | about]


IDS: Mapping[str, Callable[[Scene, Any], Any]] = {
    "submit, annotation": lambda s, v: s.work(work.submit, status="completed", annotations=_drawn(id=v)),
    "batch, task item": lambda s, v: s.batch([Wanted("completed", v)]),
    "batch, item": lambda s, v: s.batch([Wanted("completed", item_id=v)]),
    "batch, token": lambda s, v: s.batch([Wanted("completed", s.mine, token=v)]),
    "batch, annotation": lambda s, v: s.batch([Wanted("completed", s.mine, annotations=_drawn(id=v))]),
}
"""Calls that look for something by a number inside what they take."""

TEXTS: Mapping[str, Callable[[Scene, Any], Any]] = {
    "status of a batch": lambda s, v: s.batch([Wanted(v, s.mine)]),
    "label": lambda s, v: s.work(work.submit, status="completed", annotations=_drawn(label=v)),
    "tool": lambda s, v: s.work(work.submit, status="completed", annotations=_drawn(tool=v)),
    "status of a task": lambda s, v: s.make(extra_statuses=[v]),
    "team": lambda s, v: s.make(assignees={_hashed(v): 1.0}),
    "label of a recipe": lambda s, v: s.make(recipe=Recipe((Label(v),))),
    "attribute of a recipe": lambda s, v: s.make(recipe=Recipe((Label("a", attributes=(Attribute(v, "text"),)),))),
    "redistribute to": lambda s, v: s.manage(staff.redistribute, task_id=s.cars.id, weights={_hashed(v): 1.0}),
    "name of an item": lambda s, v: s.bring(name=v),
    "folder of an item": lambda s, v: s.bring(folder=v),
    "address of an item": lambda s, v: s.bring(uri=v),
    "deploy": lambda s, v: s.manage(
        deployment.deploy, text=f"pipeline: {written(v)}".encode(), file="p.yaml", read=no_files
    ),
}
"""Calls that take text or a name inside something."""

NUMBERS: Mapping[str, Callable[[Scene, Any], Any]] = {
    "width": lambda s, v: s.bring(width=v),
    "height": lambda s, v: s.bring(height=v),
    "weight in a team": lambda s, v: s.make(assignees={"ann@example.org": v}),
    "weights": lambda s, v: s.manage(staff.redistribute, task_id=s.cars.id, weights={"ann@example.org": v}),
    "batch": lambda s, v: s.make(queue=Queue(v, 10_000, 60)),
    "queue's limit": lambda s, v: s.make(queue=Queue(1, v, 60)),
    "lease": lambda s, v: s.make(queue=Queue(1, 1, v)),
    "due_at": lambda s, v: s.manage(task_settings.edit, task_id=s.cars.id, due_at=v),
    "lock_when_due": lambda s, v: s.manage(task_settings.edit, task_id=s.cars.id, lock_when_due=v),
    "review_own": lambda s, v: s.manage(task_settings.edit, task_id=s.qa.id, review_own=v),
}
"""Calls that take a number inside something, a moment, yes or no."""

DOCUMENTS: Mapping[str, Callable[[Scene, Any], Any]] = {
    "draft": lambda s, v: s.work(work.save_draft, annotations=v),
    "annotation of a draft": lambda s, v: s.work(work.save_draft, annotations=[v]),
    "geometry of a draft": lambda s, v: s.work(work.save_draft, annotations=_drawn(geometry={"points": v})),
    "label of a draft": lambda s, v: s.work(work.save_draft, annotations=_drawn(label=v)),
    "attribute of a draft": lambda s, v: s.work(work.save_draft, annotations=_drawn(attributes={"note": v})),
    "annotations": lambda s, v: s.work(work.submit, status="completed", annotations=v),
    "annotation": lambda s, v: s.work(work.submit, status="completed", annotations=[v]),
    "batch": lambda s, v: s.batch(v),
    "annotations of a batch": lambda s, v: s.batch([Wanted("completed", s.mine, annotations=v)]),
    "geometry": lambda s, v: s.work(work.submit, status="completed", annotations=_drawn(geometry=v)),
    "x": lambda s, v: s.work(work.submit, status="completed", annotations=_drawn(geometry={**BOX["geometry"], "x": v})),
    "attributes": lambda s, v: s.work(work.submit, status="completed", annotations=_drawn(attributes=v)),
    **{
        f"attribute {name}": lambda s, v, name=name: s.work(
            work.submit, status="completed", annotations=_drawn(attributes={name: v})
        )
        for name in ("note", "speed")
    },
    "geometry of an issue": lambda s, v: s.flag(geometry=v),
    "inside the geometry of an issue": lambda s, v: s.flag(geometry={"x": v}),
    "item": lambda s, v: data.parse(v),
    "metadata": lambda s, v: s.bring(metadata=v),
    "inside metadata": lambda s, v: s.bring(metadata={"a": [v]}),
    "filter": lambda s, v: s.look(where=v),
    "name in a filter": lambda s, v: s.look(where={"name": v}),
    "metadata in a filter": lambda s, v: s.look(where={"metadata.a": v}),
    "field of a filter": lambda s, v: s.look(where={_hashed(v): 1}),
    "operator of a filter": lambda s, v: s.look(where={"name": {_hashed(v): 1}}),
    "status in a filter": lambda s, v: s.manage(tasks.add_items, task_id=s.cars.id, where={"status.cars": v}),
    **{
        f"imported {name}": lambda s, v, name=name: s.annotate(**{name: v})
        for name in ("item", "label", "tool", "geometry", "attributes", "task", "origin", "model", "score", "id")
    },
}
"""Calls that take JSON."""

WORST_TEXTS = ("empty", "NUL", "half a character", "no UTF-8", "10 MB", "many digits", "Arabic digit")
WORST_OTHERS = ("no end", "not a number", "true", "nothing", "a list", "a mapping", "deep", "bytes", "a moment")


def calls() -> Iterator[tuple[str, Callable[[Scene, Any], Any], Any]]:
    """Yield each service with each value that it may be given: of another kind than it takes, the worst alone."""
    for service, call in (IDS | TEXTS | NUMBERS | DOCUMENTS).items():
        for name, value in VALUES.items():
            worst = name in WORST_TEXTS + WORST_OTHERS
            if worst or service in DOCUMENTS or isinstance(value, str) == (service in TEXTS):
                yield f"{service}, {name}", call, value
