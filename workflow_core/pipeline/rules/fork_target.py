"""A fork leads to something that is not the first task of a branch.

A fork gives an item to several tasks at once. Each branch begins with a task of its own; routers may follow it,
and exits and joins end it.

Wrong:

    on: {completed: [signs, approved]}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF050"
NAME = "fork-target"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the forks were followed."""
    for each in study.forks:
        yield from each.told(NAME)
