"""An annotation task offers the status `approved`.

Approved means: somebody reviewed it, in a QA task. What an annotation task decides needs another name.

Wrong:

    cars: {type: annotation, extra_statuses: [approved]}
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF060"
SEVERITY: Severity = "error"
STAGE = 1


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every such status."""
    for name in analysis.spec.tasks:
        for status, path in analysis.statuses_of(name):
            if status.name == "approved" and analysis.type_of(name) == "annotation":
                message = f"{quoted(name)} is an annotation task; only QA tasks approve"
                yield Fault(analysis.location_of(path), message, "choose another name for the status")
