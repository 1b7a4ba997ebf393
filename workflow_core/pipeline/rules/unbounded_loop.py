"""An item can go round a loop any number of times.

Without a bound, an item on which people disagree goes back and forth until somebody notices. `max_visits` on
one task of the loop bounds it, and `on_max_visits` says where the item goes then: to an expert, for example.

Right:

    cars: {type: annotation, max_visits: 3, on_max_visits: expert, on: {completed: qa}}
"""

from collections.abc import Iterator

from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.graph.structure import written
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF035"
SEVERITY: Severity = "warning"
STAGE = 3


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield one loop of every knot of tasks without `max_visits`."""
    bounded = {name for name, task in analysis.spec.tasks.items() if {task.max_visits, task.on_max_visits} - {None}}
    bounded |= {name for name in analysis.spec.tasks if "max_visits" in analysis.locations.gone("tasks", name)}
    graph = analysis.flow.serial  # going round a fork passes all its branches: one bound in one of them will do
    leaving = analysis.graph.leaving
    for loop in graph.loops(name for name in graph.net if name not in bounded and name in leaving):
        if any(edge.source in analysis.spec.tasks for edge in loop):
            yield Fault(
                loop[0].location, f"this loop has no bound: {written(loop)}", "give one of its tasks `max_visits`"
            )
