"""A task or a router leads to itself.

Nothing would change by it. To keep an item in work, do not set a status; to have it done again, let a QA task
send it back.

Wrong:

    cars: {type: annotation, extra_statuses: [again], on: {again: cars}}
"""

from collections.abc import Iterator

from workflow_core.domain.wording import quoted
from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF031"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield every edge from a node to itself."""
    for edges in study.graph.outgoing.values():
        for edge in edges:
            if edge.source == edge.target and edge.source in study.graph.locations:
                yield Fault(edge.location, f"{quoted(edge.source)} leads to itself", "lead to another task, or an exit")
    for name, task in study.spec.tasks.items():
        if task.on_max_visits == name and not any(e.by == "max_visits" for e in study.graph.outgoing[name]):
            yield Fault(study.locations.value("tasks", name, "on_max_visits"), f"{quoted(name)} leads to itself")
