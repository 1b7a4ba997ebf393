"""There is a fork inside a branch of another fork.

That is refused for now. List all branches in the outer fork, or let the inner one begin behind the join.

Wrong:

    cars: {on: {completed: [signs, people]}}
    signs: {on: {completed: [round-signs, other-signs]}}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF053"
NAME = "nested-fork"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the forks were followed."""
    for each in study.forks:
        yield from each.told(NAME)
