"""A QA task cannot approve: its `statuses` lack `approved`.

That may be meant, where it only sorts items. If it is not, add `approved`, or use `extra_statuses`, which keeps
approved and discarded.

Wrong:

    qa: {type: qa, statuses: [redo], on: {redo: cars}}
"""

from collections.abc import Iterator

from workflow_core.domain.wording import quoted
from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF064"
SEVERITY: Severity = "warning"


def check(study: Study) -> Iterator[Fault]:
    """Yield every QA task without the status."""
    for name, task in study.spec.tasks.items():
        if study.type_of(name) != "qa" or task.statuses is None or not study.knows_statuses_of(name):
            continue
        if "approved" not in {status.name for status, _ in study.statuses_of(name)}:
            location = study.locations.key("tasks", name, "statuses")
            yield Fault(location, f"nobody can approve in the QA task {quoted(name)}", "add `approved` to `statuses`")
