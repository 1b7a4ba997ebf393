"""A deployment's plan in words, a line each."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workflow_core.domain.words.wording import agreed, counted

if TYPE_CHECKING:
    from workflow_core.domain.views.pipelines import Change, Leaver, Migrated, Plan, PlannedTask, RemovedLabel


def lines(plan: "Plan") -> Iterator[str]:
    """Yield what a deploy would change."""
    yield f"pipeline {plan.pipeline} (project {plan.project}): {_headline(plan)}"
    if plan.refused:
        yield f"REFUSED: {plan.refused}"
        return
    yield from _version(plan)
    if plan.version != plan.version_before or plan.migrated:
        yield from _on_the_way(plan)
    for task in plan.tasks:
        if task.kind != "same":
            yield from _task(task)
    for what, changes in (("source: ", plan.source), ("export of ", plan.exports)):
        for change in changes:
            new = f"{change.name}: {_value(change.after)}"
            yield f"  ~ {what}{_change(change)}" if plan.deployed else f"  + {what}{new}"
    if plan.waiting:
        yield f"  {waiting(plan.waiting, plan.pipeline)}"
    if plan.invited:
        yield f"  invited, since they have no account yet: {', '.join(plan.invited)}"


def _headline(plan: "Plan") -> str:
    if plan.refused:
        return "a deploy would be refused"
    if not plan.deployed:
        return f"new, {counted(len(plan.tasks), 'task')}"
    if not plan.changes:
        return "nothing would change"
    kinds = [task.kind for task in plan.tasks]
    counts = [f"{kinds.count(kind)} {kind}" for kind in ("new", "removed", "changed") if kind in kinds]
    return f"tasks: {', '.join(counts)}" if counts else "the same tasks"


def _version(plan: "Plan") -> Iterator[str]:
    if plan.version == plan.version_before:
        return
    if plan.version_before is not None:
        what = "a new version" if plan.new_version else "a version that was deployed before"
        yield f"  graph: {what}, {plan.version}, in place of {plan.version_before}"
    yield from (f"  ~ {line}" for line in plan.graph)


def _on_the_way(plan: "Plan") -> Iterator[str]:
    if plan.migrated:
        yield from migrated(plan.migrated)
    for one in plan.keep:
        keep = f"on the way {agreed(one.items, 'keeps', 'keep')} the statuses and routes of version {one.version}"
        where = ", ".join(f"{items} at {name}" for name, items in one.at.items())
        yield f"  {counted(one.items, 'item')} {keep}: {where}"


def waiting(items: int, pipeline: str) -> str:
    """Say how many items wait to enter a pipeline, and how they do."""
    it = "enters" if items == 1 else "enter"
    return f"{counted(items, 'item')} of the dataset {it} when the source is read: annoflow import {pipeline}"


def migrated(done: "Migrated") -> Iterator[str]:
    """Yield how many items follow the version, and why others do not."""
    yield f"  {counted(done.followed, 'item')} on the way taken along"
    for one in done.stayed:
        yield f"  {counted(one.items, 'item')} {agreed(one.items, 'stays', 'stay')}: {one.why}"


_SIGNS = {"new": "+", "removed": "-", "changed": "~"}


def _task(task: "PlannedTask") -> Iterator[str]:
    there = f", {counted(task.items, 'item')} to be done in it" if task.kind != "new" else ""
    stays = "; it stays open until the last has left" if task.kind == "removed" and task.items else ""
    yield f"  {_SIGNS[task.kind]} task {task.name} ({task.type}){there}{stays}"
    yield from _listed("people", task.join, [_leaver(each) for each in task.leave])
    yield from (f"      weight of {_change(change)}" for change in task.weights)
    yield from _listed("labels", task.labels_added, [_label(each) for each in task.labels_removed])
    if task.recipe_changed and not task.labels_added and not task.labels_removed:
        yield "      recipe: instructions, tools, colors or settings change"
    yield from _listed("statuses", task.statuses_added, task.statuses_removed)
    yield from (f"      {_change(change)}" for change in task.settings)


def _listed(what: str, added: Iterable[str], removed: Iterable[str]) -> Iterator[str]:
    words = [*(f"+ {each}" for each in added), *(f"- {each}" for each in removed)]
    if words:
        yield f"      {what}: {', '.join(words)}"


def _label(label: "RemovedLabel") -> str:
    if not label.annotations:
        return label.name
    return f"{label.name} ({counted(label.annotations, 'annotation')} {agreed(label.annotations, 'stays', 'stay')})"


def _leaver(leaver: "Leaver") -> str:
    if not leaver.open_items:
        return leaver.email
    left = leaver.open_items - leaver.claimed
    finish = f"may finish the {counted(leaver.claimed, 'item')} they have open"
    stay = f"{counted(left, 'item')} {agreed(left, 'stays', 'stay')} theirs until reassigned"
    return f"{leaver.email} ({', '.join([finish] * bool(leaver.claimed) + [stay] * bool(left))})"


def _change(change: "Change") -> str:
    return f"{change.name}: {_value(change.before)} -> {_value(change.after)}"


def _value(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
