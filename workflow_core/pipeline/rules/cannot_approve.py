"""A QA task cannot approve: its `statuses` lack `approved`.

That may be meant, where it only sorts items. If it is not, add `approved`, or use `extra_statuses`, which keeps
approved and discarded.

Wrong:

    qa: {type: qa, statuses: [redo], on: {redo: cars}}
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF064"
SEVERITY: Severity = "warning"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every QA task without the status."""
    for name, task in analysis.spec.tasks.items():
        if analysis.type_of(name) != "qa" or task.statuses is None or not analysis.knows_statuses_of(name):
            continue
        if "approved" in analysis.routes_of(name):
            continue  # that the status is not there is told of its route
        if "approved" not in {status.name for status, _ in analysis.statuses_of(name)}:
            location = analysis.locations.key("tasks", name, "statuses")
            yield Fault(location, f"nobody can approve in the QA task {quoted(name)}", "add `approved` to `statuses`")
