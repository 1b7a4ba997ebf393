"""A mapping has the same key twice.

Most programs silently take the last one, so that half of what is written has no effect. Keep one of the two.
This also finds two tasks, routers, exits or teams of one name.

Wrong:

    on: {completed: signs, completed: qa}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF004"
NAME = "duplicate-key"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
