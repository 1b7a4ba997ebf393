"""The branches of a fork do not all meet in one join.

An item in a fork is in several tasks at once. It goes on, as one, from a task with `join: all`, when every
branch has come there; so every branch must be able to. A branch may also end by `discarded`, which ends the item.

Wrong:

    cars: {on: {completed: [signs, people]}}
    signs: {on: {completed: qa}}
    people: {on: {completed: qa}}
    qa: {type: qa}

Right:

    qa: {type: qa, join: all}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF051"
NAME = "fork-without-join"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the forks were followed."""
    for each in study.forks:
        yield from each.told(NAME)
