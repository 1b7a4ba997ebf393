"""What differs between the graphs of two compiled pipelines, in words."""

from collections.abc import Iterator, Mapping

from workflow_core.pipeline.compiled import Pipeline, Target, Task


def between(before: Pipeline, after: Pipeline) -> tuple[str, ...]:
    """Return a line for every change of the graph of tasks that both have, of routers, exits and the start."""
    return tuple(_lines(before, after))


def _lines(before: Pipeline, after: Pipeline) -> Iterator[str]:
    if before.start != after.start:
        yield f"items enter at {_names(after.start)}, no longer at {_names(before.start)}"
    for name in after.tasks:  # the order of the file; what comes from a database has lost it
        if name in before.tasks:
            yield from _of_task(before.tasks[name], after.tasks[name])
    for what, old, new in (("router", before.routers, after.routers), ("exit", before.exits, after.exits)):
        yield from _of_names(what, old, new)
    for name, router in after.routers.items():
        if name in before.routers and before.routers[name] != router:
            yield f"the router {name} decides otherwise"


def _of_task(before: Task, after: Task) -> Iterator[str]:
    for status in dict.fromkeys((*after.routes, *sorted(before.routes))):
        old, new = before.routes.get(status), after.routes.get(status)
        if old != new:
            yield f"{before.name}: {status} leads to {_targets(new)}{f', no longer to {_targets(old)}' if old else ''}"
    if before.reviews != after.reviews:
        yield f"{before.name} reviews {_names(after.reviews)}, before {_names(before.reviews)}"
    if (before.max_visits, before.on_max_visits) != (after.max_visits, after.on_max_visits):
        yield f"{before.name}: {_visits(after)}, before {_visits(before)}"
    if {frozenset(each) for each in before.branches} != {frozenset(each) for each in after.branches}:
        yield f"{before.name} joins other branches"


def _of_names(what: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    for name in after:
        if name not in before:
            yield f"the {what} {name} is new"
    for name in sorted(before):
        if name not in after:
            yield f"the {what} {name} is removed"


def _targets(targets: tuple[Target, ...] | None) -> str:
    return _names(tuple(target.name for target in targets or ()))


def _visits(task: Task) -> str:
    if task.max_visits is None:
        return "any number of visits"
    then = f"then {task.on_max_visits.name}" if task.on_max_visits else "then stuck"
    return f"{task.max_visits} visit{'s' * (task.max_visits != 1)}, {then}"


def _names(names: tuple[str, ...]) -> str:
    return " and ".join(names) or "nothing"
