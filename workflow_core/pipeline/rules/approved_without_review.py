"""An item can leave as approved without a review.

The exit `approved` promises that the item was reviewed. So only a status of a QA task leads there, directly or
through routers; neither a status of an annotation task does, nor `on_max_visits`, which nobody decides.
Items that leave unreviewed leave by an exit of another name.

Wrong:

    cars: {type: annotation, on: {completed: approved}}

Right:

    cars: {type: annotation, on: {completed: done}}
    exits: {done: {}}
"""

from collections.abc import Iterator

from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.graph.structure import START, Edge, written
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF061"
SEVERITY: Severity = "error"
STAGE = 3


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every edge by which an unreviewed item sets out for the exit."""
    graph = analysis.graph
    todo, seen = ["approved"], {"approved"}
    while todo:
        for edge in graph.incoming[todo.pop()]:
            if graph.kinds.get(edge.source) == "router" and edge.source not in seen:
                seen.add(edge.source)
                todo.append(edge.source)
            if edge.source in analysis.spec.tasks and (
                analysis.type_of(edge.source) != "qa" or edge.by == "max_visits"
            ):
                implied = edge.label == "approved" and "approved" not in analysis.routes_of(edge.source)
                if not implied:  # that an annotation task offers it is told already
                    yield _fault(analysis, edge)


def _fault(analysis: Analysis, edge: Edge) -> Fault:
    graph = analysis.graph
    rest = [] if edge.target == "approved" else graph.path(edge.target, "approved") or []
    path = [*(graph.path(START, edge.source) or []), edge, *rest]
    message = f"this leads to approved without a review: {written(path)}"
    return Fault(edge.location, message, "lead to a QA task, or to an exit of another name")
