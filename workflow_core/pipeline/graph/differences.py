"""What differs between the graphs of two compiled pipelines, in words."""

from collections.abc import Iterator, Mapping

from workflow_core.domain.words.wording import counted
from workflow_core.pipeline.compiled import Pipeline, Target, Task


def between(before: Pipeline, after: Pipeline) -> tuple[str, ...]:
    """Return a line for every change of the graph of tasks that both have, of routers, exits and the start."""
    return tuple(_lines(before, after))


def forked_otherwise(before: Pipeline, after: Pipeline) -> tuple[str, ...]:
    """Return the tasks of both that lie in another fork than before, or in one where there was none, or in none.

    A fork is the same while its first tasks, its branches and its join are.
    """
    old, new = _forks(before), _forks(after)
    return tuple(name for name in before.tasks if name in after.tasks and old.get(name) != new.get(name))


def reviewing_more(before: Pipeline, after: Pipeline) -> tuple[str, ...]:
    """Return the tasks of both that review a task which they did not before."""
    both = before.tasks.keys() & after.tasks.keys()
    return tuple(name for name in both if {*after.tasks[name].reviews} - {*before.tasks[name].reviews})


def _forks(pipeline: Pipeline) -> dict[str, object]:
    """Return, of each task inside a fork, what that fork is, and its branch."""
    ways = [one for task in pipeline.tasks.values() for one in task.routes.values()]
    starts = [pipeline.start, *([to.name for to in way] for way in ways)]
    first = {name for names in starts if len(names) > 1 for name in names}
    found: dict[str, object] = {}
    for join, task in pipeline.tasks.items():
        branches = {frozenset(branch): frozenset(branch) & first for branch in task.branches}
        found |= {name: (join, branches, branch) for branch in branches for name in branch}
    return found


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
    return f"{counted(task.max_visits, 'visit')}, {then}"


def _names(names: tuple[str, ...]) -> str:
    return " and ".join(names) or "nothing"
