"""A loop has no way out, but to discard the item.

Loops are allowed: a QA task may send an item back. But from somewhere in the loop a status must lead on to an
exit, or items go round for ever.

Wrong:

    cars: {type: annotation, on: {completed: signs}}
    signs: {type: annotation, on: {completed: cars}}
"""

from collections.abc import Iterator

from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.graph.structure import written
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF034"
SEVERITY: Severity = "error"
STAGE = 2


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield one loop of every knot from where no exit can be reached."""
    graph = analysis.graph
    for loop in graph.loops(name for name in graph.net if name not in graph.leaving):
        if any(edge.source in analysis.spec.tasks for edge in loop):
            yield Fault(loop[0].location, f"this loop has no way out: {written(loop)}", "lead a status to an exit")
