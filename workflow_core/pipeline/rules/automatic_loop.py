"""Routers, or diversions by `on_max_visits`, lead round in a circle without anybody's work.

An item would be moved for ever, by one person's one decision. Let the circle pass a task by one of its
statuses, or lead it elsewhere.

Wrong:

    routers:
      first: [{else: second}]
      second: [{else: first}]
"""

from collections.abc import Iterator

from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.graph.structure import Graph, written
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF036"
SEVERITY: Severity = "error"
STAGE = 3


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield one loop of every knot of edges that no status makes."""
    automatic = Graph()
    automatic.locations = analysis.graph.locations
    for edges in analysis.graph.outgoing.values():
        for edge in edges:
            if edge.by in ("case", "max_visits") and edge.source != edge.target:
                automatic.add_edge(edge)
    for loop in automatic.loops(automatic.net):
        yield Fault(loop[0].location, f"items would move in this circle for ever: {written(loop)}", "lead out of it")
