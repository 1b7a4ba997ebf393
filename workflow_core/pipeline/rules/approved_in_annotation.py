"""An annotation task offers the status `approved`.

Approved means: somebody reviewed it, in a QA task. What an annotation task decides needs another name.

Wrong:

    cars: {type: annotation, extra_statuses: [approved]}
"""

from collections.abc import Iterator

from workflow_core.domain.wording import quoted
from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF060"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield every such status."""
    for name in study.spec.tasks:
        for status, path in study.statuses_of(name):
            if status.name == "approved" and study.type_of(name) == "annotation":
                message = f"{quoted(name)} is an annotation task; only QA tasks approve"
                yield Fault(study.location_of(path), message, "choose another name for the status")
