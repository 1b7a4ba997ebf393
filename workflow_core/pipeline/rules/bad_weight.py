"""A weight is not a number above 0.

Weights are ratios: `{ann@example.org: 60, bo@example.org: 40}` gives three items of five to Ann. Leave out who
gets nothing.

Wrong:

    assignees: {ann@example.org: 1, bo@example.org: 0}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF016"
NAME = "bad-weight"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
