"""The services, by what they take."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stage import BOX, START, no_files

from hostile.scene import Scene, written
from hostile.values import VALUES
from workflow_core.domain.annotations.recipes import Attribute, Label, Recipe
from workflow_core.pipeline.compiled import Queue
from workflow_core.services import people
from workflow_core.services.accounts import members
from workflow_core.services.bulk import requests
from workflow_core.services.contributors import comments, work
from workflow_core.services.contributors.batches import Wanted
from workflow_core.services.exchange import ingestion
from workflow_core.services.managers import (
    erasure,
    history,
    progress,
    reversals,
    staff,
    task_items,
    task_settings,
    tasks,
)
from workflow_core.services.overviews.tasks import named as named_tasks
from workflow_core.services.pipelines import data, deployment
from workflow_core.services.reviewers import reviews
from workflow_core.services.running import moves


def _hashed(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else str(type(value))


def _drawn(**about: Any) -> list[Any]:
    return [BOX | about]


IDS: Mapping[str, Callable[[Scene, Any], Any]] = {
    "claim_next": lambda s, v: work.claim_next(s.session, actor=s.ann, task_id=v, now=START),
    "claim_more": lambda s, v: work.claim_more(s.session, actor=s.ann, task_id=v, now=START),
    "renew": lambda s, v: work.renew(s.session, actor=s.ann, task_id=v, now=START),
    "renew, open": lambda s, v: work.renew(s.session, actor=s.ann, task_id=s.cars.id, now=START, task_item_id=v),
    "save_draft": lambda s, v: s.work(work.save_draft, task_item_id=v, annotations=[]),
    "submit": lambda s, v: s.work(work.submit, task_item_id=v, status="completed"),
    "submit, token": lambda s, v: s.work(work.submit, status="completed", token=v),
    "submit, annotation": lambda s, v: s.work(work.submit, status="completed", annotations=_drawn(id=v)),
    "batch, task": lambda s, v: s.batch([Wanted("completed", s.mine)], task_id=v),
    "batch, task item": lambda s, v: s.batch([Wanted("completed", v)]),
    "batch, item": lambda s, v: s.batch([Wanted("completed", item_id=v)]),
    "batch, token": lambda s, v: s.batch([Wanted("completed", s.mine, token=v)]),
    "batch, annotation": lambda s, v: s.batch([Wanted("completed", s.mine, annotations=_drawn(id=v))]),
    "release": lambda s, v: s.work(work.release, task_item_id=v),
    "postpone": lambda s, v: s.work(work.postpone, task_item_id=v),
    "undo": lambda s, v: s.work(reversals.undo, task_item_id=v),
    "comment, issue": lambda s, v: s.work(comments.comment, text="so", issue_id=v, task_item_id=None),
    "comment, item": lambda s, v: s.work(comments.comment, text="so", task_item_id=v),
    "thread, issue": lambda s, v: comments.thread(s.session, actor=s.ann, issue_id=v),
    "thread, item": lambda s, v: comments.thread(s.session, actor=s.ann, task_item_id=v),
    "waiting_for": lambda s, v: comments.waiting_for(s.session, actor=s.ann, task_item_id=v),
    "flag": lambda s, v: s.flag(task_item_id=v),
    "flag, annotation": lambda s, v: s.flag(annotation_id=v, task=None),
    "fix": lambda s, v: reviews.fix(s.session, actor=s.ann, issue_id=v, now=START),
    "reopen": lambda s, v: s.review(reviews.reopen, issue_id=v),
    "approve": lambda s, v: s.review(reviews.approve, issue_id=v),
    "dismiss": lambda s, v: s.review(reviews.dismiss, issue_id=v),
    "why": lambda s, v: history.why(s.session, item=v),
    "send": lambda s, v: s.manage(task_items.send, task_item_id=v, to="approved"),
    "preview of a send": lambda s, v: s.manage(task_items.preview_send, task_item_id=v, to="cars"),
    "end claim": lambda s, v: s.manage(task_items.release, task_item_id=v),
    "remove": lambda s, v: s.manage(task_items.remove_items, task_id=s.cars.id, item_ids=[v], end_claims=True),
    "remove all": lambda s, v: s.manage(task_items.remove_items, task_id=s.cars.id, item_ids=v, end_claims=True),
    "archive": lambda s, v: s.manage(task_items.archive_items, dataset=s.dataset, item_ids=[v], end_claims=True),
    "erase": lambda s, v: s.manage(erasure.erase, item_ids=[v]),
    "preview": lambda s, v: erasure.preview(s.session, actor=None, item_ids=[v]),
    "add to a task": lambda s, v: s.manage(tasks.add_items, task_id=s.cars.id, item_ids=[v]),
    "add all to a task": lambda s, v: s.manage(tasks.add_items, task_id=s.cars.id, item_ids=v),
    "chosen": lambda s, v: s.manage(reversals.clear, task_id=s.cars.id, item_ids=[v]),
    "rank of": lambda s, v: s.manage(task_settings.rank, task_id=s.cars.id, rank=1, item_ids=[v]),
    "task of a project": lambda s, v: data.task_names(s.session, project_id=v),
    "dataset of a project": lambda s, v: data.dataset(s.session, project_id=v, name="p"),
    "new dataset of a project": lambda s, v: s.manage(data.create_dataset, project_id=v, name="new"),
    "member of a project": lambda s, v: s.manage(members.set_role, project_id=v, email="a@b.c", role="owner"),
    "deactivate in a project": lambda s, v: s.manage(members.deactivate, project_id=v, email="ann@example.org"),
    "stuck in a project": lambda s, v: progress.stuck(s.session, project_id=v),
    "permission": lambda s, v: progress.stuck(s.session, project_id=v, actor=s.ann),
}
"""Calls that look for something by its number."""

TEXTS: Mapping[str, Callable[[Scene, Any], Any]] = {
    "status": lambda s, v: s.work(work.submit, status=v),
    "status of a batch": lambda s, v: s.batch([Wanted(v, s.mine)]),
    "comment": lambda s, v: s.work(comments.comment, text=v),
    "label": lambda s, v: s.work(work.submit, status="completed", annotations=_drawn(label=v)),
    "tool": lambda s, v: s.work(work.submit, status="completed", annotations=_drawn(tool=v)),
    "kind": lambda s, v: s.flag(kind=v),
    "text of an issue": lambda s, v: s.flag(text=v),
    "label of an issue": lambda s, v: s.flag(label=v, task=None),
    "task of an issue": lambda s, v: s.flag(task=v),
    "text of a re-opening": lambda s, v: s.review(reviews.reopen, issue_id=s.issue, text=v),
    "find": lambda s, v: history.find(s.session, named=v),
    "look-up": lambda s, v: history.look_up(s.session, named=v),
    "figures": lambda s, v: named_tasks(s.session, actor=None, named=v),
    "figures of a project": lambda s, v: named_tasks(s.session, actor=None, named="cars", project=v),
    "task": lambda s, v: s.make(name=v),
    "type of a task": lambda s, v: s.make(type=v),
    "status of a task": lambda s, v: s.make(extra_statuses=[v]),
    "team": lambda s, v: s.make(assignees={_hashed(v): 1.0}),
    "label of a recipe": lambda s, v: s.make(recipe=Recipe((Label(v),))),
    "attribute of a recipe": lambda s, v: s.make(recipe=Recipe((Label("a", attributes=(Attribute(v, "text"),)),))),
    "description": lambda s, v: s.make(description=v),
    "sample of a status": lambda s, v: s.manage(
        requests.create_qa, task_id=s.cars.id, assignees={"quinn@example.org": 1.0}, of_status=[v]
    ),
    "name of a sample": lambda s, v: s.manage(
        requests.create_qa, task_id=s.cars.id, assignees={"quinn@example.org": 1.0}, name=v
    ),
    "status chosen": lambda s, v: s.manage(reversals.clear, task_id=s.cars.id, status=v),
    "target": lambda s, v: s.manage(task_items.send, task_item_id=s.mine, to=v),
    "redistribute of": lambda s, v: s.manage(staff.redistribute, task_id=s.cars.id, of=[v]),
    "redistribute to": lambda s, v: s.manage(staff.redistribute, task_id=s.cars.id, weights={_hashed(v): 1.0}),
    "reassign from": lambda s, v: s.manage(
        staff.reassign, task_id=s.cars.id, old=v, new="bo@example.org", end_claims=True
    ),
    "reassign to": lambda s, v: s.manage(
        staff.reassign, task_id=s.cars.id, old="ann@example.org", new=v, end_claims=True
    ),
    "add": lambda s, v: s.manage(staff.add, task_id=s.cars.id, email=v),
    "remove person": lambda s, v: s.manage(staff.remove, task_id=s.cars.id, email=v),
    "project": lambda s, v: people.project(s.session, name=v),
    "new project": lambda s, v: s.manage(people.project_for, name=v),
    "person": lambda s, v: people.person(s.session, email=v),
    "role of": lambda s, v: s.manage(members.set_role, project_id=s.project, email=v, role="owner"),
    "role": lambda s, v: s.manage(members.set_role, project_id=s.project, email="ann@example.org", role=v),
    "deactivate": lambda s, v: s.manage(members.deactivate, project_id=s.project, email=v),
    "activate": lambda s, v: members.activate(s.session, actor=None, project_id=s.project, email=v),
    "dataset": lambda s, v: data.dataset(s.session, project_id=s.project, name=v),
    "new dataset": lambda s, v: s.manage(data.create_dataset, project_id=s.project, name=v),
    "name of an item": lambda s, v: s.bring(name=v),
    "folder of an item": lambda s, v: s.bring(folder=v),
    "address of an item": lambda s, v: s.bring(uri=v),
    "folder": lambda s, v: s.look(folder=v),
    "after": lambda s, v: s.look(after=v),
    "folder of a task": lambda s, v: s.manage(tasks.add_items, task_id=s.cars.id, folder=v),
    "pipeline": lambda s, v: ingestion.find(s.session, pipeline=v, project="default"),
    "project of a pipeline": lambda s, v: ingestion.find(s.session, pipeline="p", project=v),
    "where": lambda s, v: moves.where(s.session, pipeline_id=v),
    "deploy": lambda s, v: s.manage(
        deployment.deploy, text=f"pipeline: {written(v)}".encode(), file="p.yaml", read=no_files
    ),
}
"""Calls that take text or a name."""

NUMBERS: Mapping[str, Callable[[Scene, Any], Any]] = {
    "said in a task": lambda s, v: comments.in_task(s.session, actor=None, task_id=s.cars.id, limit=v),
    "stuck": lambda s, v: progress.stuck(s.session, project_id=s.project, limit=v),
    "advance": lambda s, v: moves.advance(s.session, limit=v, now=START),
    "since": lambda s, v: history.since(s.session, event=v),
    "limit": lambda s, v: s.look(limit=v),
    "width": lambda s, v: s.bring(width=v),
    "height": lambda s, v: s.bring(height=v),
    "weight": lambda s, v: s.manage(staff.add, task_id=s.cars.id, email="bo@example.org", weight=v),
    "weight in a team": lambda s, v: s.make(assignees={"ann@example.org": v}),
    "weights": lambda s, v: s.manage(staff.redistribute, task_id=s.cars.id, weights={"ann@example.org": v}),
    "batch": lambda s, v: s.make(queue=Queue(v, 10_000, 60)),
    "queue's limit": lambda s, v: s.make(queue=Queue(1, v, 60)),
    "lease": lambda s, v: s.make(queue=Queue(1, 1, v)),
    "share": lambda s, v: s.manage(
        requests.create_qa, task_id=s.cars.id, assignees={"quinn@example.org": 1.0}, share=v
    ),
    "at least": lambda s, v: s.manage(
        requests.create_qa, task_id=s.cars.id, assignees={"quinn@example.org": 1.0}, share=0.1, at_least=v
    ),
    "priority": lambda s, v: s.manage(task_settings.edit, task_id=s.cars.id, priority=v),
    "lease of a task": lambda s, v: s.manage(task_settings.edit, task_id=s.cars.id, lease=v),
    "max_fix_rounds": lambda s, v: s.manage(task_settings.edit, task_id=s.cars.id, max_fix_rounds=v),
    "due_at": lambda s, v: s.manage(task_settings.edit, task_id=s.cars.id, due_at=v),
    "lock_when_due": lambda s, v: s.manage(task_settings.edit, task_id=s.cars.id, lock_when_due=v),
    "review_own": lambda s, v: s.manage(task_settings.edit, task_id=s.qa.id, review_own=v),
    "rank": lambda s, v: s.manage(task_settings.rank, task_id=s.cars.id, rank=v),
}
"""Calls that take a number, a moment, yes or no."""

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
