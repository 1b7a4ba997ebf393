"""The arcs of a pipeline, with how many items went along each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflow_core.demo.outcome import Move
from workflow_core.pipeline.compiled import Case, Pipeline

SOURCE = "\0source"


@dataclass(frozen=True)
class Arc:
    """A way from one node to another: by a status, by a case of a router, or because of too many visits."""

    source: str
    target: str
    label: str
    kind: Literal["entry", "route", "case", "diversion"]


def arcs(pipeline: Pipeline) -> list[Arc]:
    """Return every arc. `discarded` is left out: each task leads there, and the drawing says so in the nodes."""
    found = [Arc(SOURCE, name, "", "entry") for name in pipeline.start]
    for task in pipeline.tasks.values():
        for status, targets in task.routes.items():
            found += [Arc(task.name, t.name, status, "route") for t in targets if t.name != "discarded"]
        if task.on_max_visits and task.max_visits:
            label = f"after {task.max_visits} visits"
            found.append(Arc(task.name, task.on_max_visits.name, label, "diversion"))
    for router in pipeline.routers.values():
        found += [Arc(router.name, case.to.name, says(case), "case") for case in router.cases]
    return found


def says(case: Case) -> str:
    """Say a router's case in a few words.

    >>> from workflow_core.pipeline.compiled import Target
    >>> says(Case(Target("task", "qa"), {"metadata.night": True}))
    'night: true'
    >>> says(Case(Target("exit", "accepted"), None, (250_000, 1_000_000))), says(Case(Target("task", "qa")))
    ('75%', 'else')
    """
    parts = [f"{name.removeprefix('metadata.')}: {_value(value)}" for name, value in (case.where or {}).items()]
    if case.share:
        parts.append(f"{(case.share[1] - case.share[0]) / 10_000:g}%")
    return ", ".join(parts) or "else"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return " ".join(f"{operator} {_value(operand)}" for operator, operand in value.items())
    return str(value)


def traffic(pipeline: Pipeline, moves: Iterable[Move], items: int) -> Counter[Arc]:
    """Count the items on every arc; moves through routers are told by where they came out."""
    known = arcs(pipeline)
    counts: Counter[Arc] = Counter({arc: items for arc in known if arc.kind == "entry"})
    for move in moves:
        task = pipeline.tasks.get(move.task)
        for target in task.routes.get(move.status, ()) if task else ():
            way = next(_ways(pipeline, known, Arc(move.task, target.name, move.status, "route"), move.place), ())
            for arc in way:
                counts[arc] += move.count
            if way:
                break
    return counts


def _ways(pipeline: Pipeline, known: list[Arc], first: Arc, place: str) -> Iterator[tuple[Arc, ...]]:
    """Yield the ways that begin with an arc and come out at a place, shortest first."""
    queue: list[tuple[Arc, ...]] = [(first,)]
    while queue:
        way = queue.pop(0)
        here = way[-1].target
        if here == place:
            yield way
        elif len(way) < len(known):
            kind = "case" if here in pipeline.routers else "diversion"
            queue += [(*way, arc) for arc in known if arc.source == here and arc.kind == kind]


@dataclass(frozen=True)
class Bundle:
    """All arcs between the same two nodes: what they are called, and how many items went along."""

    kind: str
    says: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Return how many items went along all of them."""
        return sum(count for _, count in self.says)


def bundles(pipeline: Pipeline, moves: Iterable[Move], items: int) -> dict[tuple[str, str], Bundle]:
    """Return what is to be drawn between each two nodes. Cases with one target are told as one."""
    counts = traffic(pipeline, moves, items)
    between: dict[tuple[str, str], list[Arc]] = {}
    for arc in arcs(pipeline):
        between.setdefault((arc.source, arc.target), []).append(arc)
    drawn = {}
    for ends, found in between.items():
        said = [(arc.label, counts[arc]) for arc in found]
        if found[0].kind == "case":
            said = [(" or ".join(label for label, _ in said), sum(count for _, count in said))]
        drawn[ends] = Bundle(found[0].kind, tuple(said))
    return drawn
