"""A task or a router leads to itself.

Nothing would change by it. To keep an item in work, do not set a status; to have it done again, let a QA task
send it back.

Wrong:

    cars: {type: annotation, extra_statuses: [again], on: {again: cars}}
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF031"
SEVERITY: Severity = "error"
STAGE = 1


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every edge from a node to itself."""
    for edges in analysis.graph.outgoing.values():
        for edge in edges:
            if edge.source == edge.target and edge.source in analysis.graph.locations:
                yield Fault(edge.location, f"{quoted(edge.source)} leads to itself", "lead to another task, or an exit")
    for name, task in analysis.spec.tasks.items():
        if task.on_max_visits == name and not any(e.by == "max_visits" for e in analysis.graph.outgoing[name]):
            yield Fault(
                analysis.locations.value("tasks", name, "on_max_visits"),
                f"{quoted(name)} leads to itself",
                "lead to another task, or an exit",
            )
