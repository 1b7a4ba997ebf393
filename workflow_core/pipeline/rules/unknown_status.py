"""A task routes a status that nobody can set in it.

An annotation task has the statuses completed and discarded, a QA task approved and discarded, unless `statuses`
says otherwise; `extra_statuses` adds some. Statuses are compared exactly; `complete`, `discard` and `approve`
stand for completed, discarded and approved.

Wrong:

    cars: {type: annotation, on: {complted: signs}}

Right:

    cars: {type: annotation, on: {completed: signs}}
"""

from collections.abc import Iterator

from workflow_core.domain.words.suggestions import suggest
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF023"
SEVERITY: Severity = "error"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every key of `on` that is not a status of its task."""
    for name in analysis.spec.tasks:
        if not analysis.knows_statuses_of(name):
            continue
        offered = [status.name for status, _ in analysis.statuses_of(name)]
        for status, (key, _) in analysis.routes_of(name).items():
            if status not in offered:
                message = f"the task {quoted(name)} has no status {quoted(key)}"
                hint = suggest(key, offered)
                hint += " Or add it to `extra_statuses`" if hint.endswith("?") else ", or add it to `extra_statuses`"
                yield Fault(analysis.locations.key("tasks", name, "on", key), message, hint)
