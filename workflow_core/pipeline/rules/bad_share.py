"""The share of a router's case is not a percentage above 0% and up to 100%.

Wrong:

    - {sample: 0.25, to: qa}

Right:

    - {sample: 25%, to: qa}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF040"
NAME = "bad-share"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
