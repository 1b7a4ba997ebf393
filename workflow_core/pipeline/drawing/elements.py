"""What a drawing of a pipeline shows, whatever language it is written in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflow_core.domain.items.sampling import SCALE
from workflow_core.domain.words.wording import counted
from workflow_core.pipeline.compiled import Case, Pipeline, Target, Task

Shape = Literal["start", "annotation", "qa", "router", "exit", "fork", "join"]

START = "\0start"
LONGEST = 60


@dataclass(frozen=True)
class Node:
    """A node by its unique name, with the lines of text in it."""

    name: str
    shape: Shape
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Edge:
    """A way from one node to another; several statuses that lead the same way are one edge."""

    source: str
    target: str
    labels: tuple[str, ...] = ()
    dotted: bool = False

    @property
    def quiet(self) -> bool:
        """Tell whether it is drawn pale: the way out that every task has."""
        return self.target == "discarded" and self.labels == ("discarded",)


@dataclass(frozen=True)
class Drawing:
    """Nodes and edges in the order of the file. Exits to which nothing leads are left out."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw(pipeline: Pipeline, *, issues: Mapping[tuple[str, str], int] | None = None) -> Drawing:
    """Return what there is to draw; ways on which so many `issues` took items back, to be fixed, are dotted."""
    pen = _Pen()
    pen.lead(START, tuple(Target("task", name) for name in pipeline.start), "")
    for task in pipeline.tasks.values():
        for status, targets in task.routes.items():
            pen.lead(task.name, targets, status)
        if task.on_max_visits and task.max_visits:
            pen.lead(task.name, (task.on_max_visits,), _too_often(task.max_visits), dotted=True)
    for router in pipeline.routers.values():
        for case in router.cases:
            pen.lead(router.name, (case.to,), condition(case, last=case is router.cases[-1]))
    for (source, target), count in (issues or {}).items():
        if {source, target} <= pipeline.tasks.keys():
            pen.lead(source, (Target("task", target),), counted(count, "issue"), dotted=True)
    reached = {target for _, target, _ in pen.edges}
    nodes = [
        Node(START, "start", ("start",)),
        *(Node(task.name, task.type, _described(task)) for task in pipeline.tasks.values()),
        *(Node(name, "router", (name,)) for name in pipeline.routers),
        *(Node(name, "fork", ("all of",)) for name in pen.forks.values()),
        *(Node(name, "exit", (name,)) for name in pipeline.exits if name in reached),
    ]
    edges = (
        Edge(source, target, tuple(label for label in dict.fromkeys(labels) if label), dotted)
        for (source, target, dotted), labels in pen.edges.items()
    )
    return _with_joins(pipeline, Drawing(tuple(nodes), tuple(edges)))


class _Pen:
    def __init__(self) -> None:
        self.edges: dict[tuple[str, str, bool], list[str]] = {}
        self.forks: dict[tuple[str, ...], str] = {}

    def lead(self, source: str, targets: tuple[Target, ...], label: str, *, dotted: bool = False) -> None:
        names = tuple(target.name for target in targets)
        if len(names) == 1:
            self.edges.setdefault((source, names[0], dotted), []).append(label)
            return
        key = tuple(sorted(names))
        fork = self.forks.setdefault(key, "\0fork " + "\0".join(key))
        self.edges.setdefault((source, fork, dotted), []).append(label)
        for name in names:
            self.edges.setdefault((fork, name, False), [])


def join_of(task: str) -> str:
    """Return the name of the node in which the branches before a task meet."""
    return f"\0join {task}"


def _with_joins(pipeline: Pipeline, drawing: Drawing) -> Drawing:
    """Let what comes out of a fork's branches meet in a node of its own, before the task that joins them."""
    joins = {task.name: join_of(task.name) for task in pipeline.tasks.values() if task.branches}
    nodes = tuple(_flat(drawing.nodes, joins))
    edges = tuple(
        Edge(edge.source, joins.get(edge.target, edge.target), edge.labels, edge.dotted) for edge in drawing.edges
    )
    return Drawing(nodes, (*edges, *(Edge(join, name) for name, join in joins.items())))


def _flat(nodes: tuple[Node, ...], joins: Mapping[str, str]) -> Iterator[Node]:
    for node in nodes:
        if node.name in joins:
            yield Node(joins[node.name], "join", ("when all are done",))
        yield node


def _described(task: Task) -> tuple[str, ...]:
    facts: list[str] = ["QA" if task.type == "qa" else task.type]
    if task.queue:
        facts.append("queue")
    if task.max_visits:
        facts.append(f"up to {counted(task.max_visits, 'visit')}" + ("" if task.on_max_visits else ", then stuck"))
    return task.name, ", ".join(facts)


def _too_often(visits: int) -> str:
    return f"after {counted(visits, 'visit')}"


def condition(case: Case, *, last: bool) -> str:
    """Say a router's case in a few words; the `last` one takes what is left.

    >>> condition(Case(Target("task", "qa"), {"metadata.night": True}, (0, 250_000)), last=False)
    '25% where metadata.night: true'
    >>> condition(Case(Target("task", "qa")), last=True)
    'else'
    """
    share = None
    if case.share is not None:
        low, high = case.share
        share = f"{(high - low) * 100 / SCALE:g}%"
    where = None if case.where is None else _short(_filter(case.where))
    if where and share:
        return f"{share} where {where}"
    if where:
        return f"where {where}"
    return share or ("else" if last else "always")


def _filter(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {_value(each)}" for key, each in value.items())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{_filter(value)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_value(each) for each in value)}]"
    return value if isinstance(value, str) else json.dumps(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
