"""No item can leave the pipeline, but by being discarded.

Every path from the start ends in a loop, or at the exit `discarded`. Lead at least one status to another exit.

Wrong:

    cars: {type: annotation, on: {completed: discarded}}
"""

from collections.abc import Iterator

from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.graph.structure import START
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF033"
SEVERITY: Severity = "error"
STAGE = 2


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield the start, unless a loop without a way out explains it."""
    graph = analysis.graph
    stuck = [name for name in graph.reachable if name not in graph.leaving]
    if analysis.spec.tasks and START not in graph.leaving and not graph.loops(stuck):
        _, location = analysis.start()[0]
        yield Fault(
            location, "no path leads from the start to an exit other than discarded", "route a status to an exit"
        )
