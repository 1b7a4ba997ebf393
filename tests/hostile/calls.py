"""The services that take a number, a text or a document inside something; what they take by itself is in `walk`."""

import os
from collections.abc import Callable, Iterator, Mapping
from inspect import signature
from typing import Any

from stage import BOX, START, always, no_files

from hostile.scene import Scene, written
from hostile.values import VALUES
from workflow_core.domain.annotations.recipes import Attribute, Label, Recipe
from workflow_core.domain.items.choices import Chosen
from workflow_core.pipeline.compiled import Queue
from workflow_core.services.accounts import tokens
from workflow_core.services.contributors import work
from workflow_core.services.contributors.batches import Wanted
from workflow_core.services.data import additions
from workflow_core.services.jobs import acts
from workflow_core.services.managers import staff, task_settings, tasks
from workflow_core.services.pipelines import data, deployment
from workflow_core.services.pipelines.places import Media, Places

SOAK = "ANNOFLOW_SOAK" in os.environ
"""Whether each is given every value."""
KNOWN = {"session", "actor", "now", "task_id", "dataset_id", "chosen", "kept", "sample"}
"""What is no part of what somebody says of an act."""


def told(act: Callable[..., Any]) -> list[str]:
    """Return what an act may be told of the items that are meant, and of what becomes of them."""
    taken = set(signature(act).parameters)
    return sorted((taken | Chosen.__annotations__.keys() if "chosen" in taken else taken) - KNOWN)


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
    "file of what is sent": lambda s, v: s.send(file=v if isinstance(v, str) else "p.yaml"),
    "text that is sent": lambda s, v: s.send(text=v),
    "name of what is sent": lambda s, v: s.send(texts={_hashed(v): ""}),
    "what is sent encoded": lambda s, v: s.send(encoded={"a.md": v}),
    "exit of an export": lambda s, v: s.ask_for_export(exit=v),
    "place of an export": lambda s, v: s.ask_for_export(to=v),
    "format of an export": lambda s, v: s.ask_for_export(formats=[v]),
    "format of an import": lambda s, v: s.ask_for_import(format=v),
    "file of an import": lambda s, v: s.ask_for_import(file=v),
    "images of an import": lambda s, v: s.ask_for_import(images=v),
    "path that a token asks for": lambda s, v: s.reach(v if isinstance(v, str) else "1"),
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
    "share to validate with": lambda s, v: s.ask_for_export(val=v),
    "share to test with": lambda s, v: s.ask_for_export(test=v),
    "end of a token": lambda s, v: s.own(tokens.make, name="n", ends_at=v),
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
    "line of items": lambda s, v: list(
        additions.add(
            always(s.session),
            actor=None,
            dataset_id=s.dataset.id,
            lines=[written(v).encode(errors="surrogatepass")],
            within=Places((), "/nowhere", Media("/nowhere")),
            clock=lambda: START,
        )
    ),
    "filter of an export": lambda s, v: s.ask_for_export(where=v),
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

ACTS: Mapping[str, Callable[[Scene, Any], Any]] = {
    f"{act}, {name}": lambda s, v, act=act, name=name: s.do(act, **{name: v})
    for act, one in acts.ACTS.items()
    for name in told(one.do)
}
"""Acts on many items, and what each may be told."""

WORST_TEXTS = ("empty", "NUL", "half a character", "no UTF-8", "10 MB", "many digits", "Arabic digit")
WORST_OTHERS = ("no end", "not a number", "true", "nothing", "a list", "a mapping", "deep", "bytes", "a moment")


def calls() -> Iterator[tuple[str, Callable[[Scene, Any], Any], Any]]:
    """Yield each service with each value that it may be given: of another kind than it takes, the worst alone."""
    for service, call in (IDS | TEXTS | NUMBERS | DOCUMENTS | ACTS).items():
        for name, value in VALUES.items():
            worst = name in WORST_TEXTS + WORST_OTHERS
            fits = service not in ACTS and isinstance(value, str) == (service in TEXTS)
            if SOAK or worst or service in DOCUMENTS or fits:
                yield f"{service}, {name}", call, value
