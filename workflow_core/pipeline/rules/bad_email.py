"""Somebody is not given by an e-mail address.

People are known by their e-mail address, upper and lower case alike; whoever has no account yet is invited.

Wrong:

    assignees: [ann]

Right:

    assignees: [ann@example.org]
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF015"
NAME = "bad-email"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
