"""A task has `join: all`, but no fork's branches meet in it.

It would wait for branches that never come. Remove `join`, or lead a fork's branches there.

Wrong:

    cars: {on: {completed: qa}}
    qa: {type: qa, join: all}
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF054"
SEVERITY: Severity = "error"
STAGE = 3


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every join that is not met."""
    met = {name for each in analysis.forks for name in each.met}
    for name, task in analysis.spec.tasks.items():
        if task.join and name not in met and name in analysis.graph.reachable:
            location = analysis.locations.value("tasks", name, "join")
            yield Fault(location, f"no branches of a fork meet in {quoted(name)}", "remove `join`")
