"""No item can leave the pipeline, but by being discarded.

Every path from the start ends in a loop, or at the exit `discarded`. Lead at least one status to another exit.

Wrong:

    cars: {type: annotation, on: {completed: discarded}}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.graph import START
from workflow_core.pipeline.study import Study

CODE = "AF033"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield the start, unless a loop without a way out explains it."""
    graph = study.graph
    stuck = [name for name in graph.reachable if name not in graph.leaving]
    if study.spec.tasks and START not in graph.leaving and not graph.loops(stuck):
        _, location = study.start()[0]
        yield Fault(
            location, "no path leads from the start to an exit other than discarded", "route a status to an exit"
        )
