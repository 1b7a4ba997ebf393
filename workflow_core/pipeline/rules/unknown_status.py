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

from workflow_core.domain.words.suggestions import LISTED, closest, suggest
from workflow_core.domain.words.wording import agreed, quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF023"
SEVERITY: Severity = "error"
STAGE = 1


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every key of `on` that is not a status of its task."""
    for name in analysis.spec.tasks:
        if not analysis.knows_statuses_of(name):
            continue
        offered = [status.name for status, _ in analysis.statuses_of(name)]
        unknown = [key for status, (key, _) in analysis.routes_of(name).items() if status not in offered]
        misspelt = [key for key in unknown if closest(key, offered)]
        others = [key for key in unknown if key not in misspelt]
        for keys in (*([key] for key in misspelt), others):
            if keys:
                listed = ", ".join(quoted(key) for key in keys[:LISTED]) + (", …" if len(keys) > LISTED else "")
                what = agreed(len(keys), "status", "statuses")
                message = f"the task {quoted(name)} has no {what} {listed}"
                hint, add = suggest(keys[0], offered), f"add {'it' if len(keys) == 1 else 'them'} to `extra_statuses`"
                hint += f" Or {add}" if hint.endswith("?") else f", or {add}"
                yield Fault(analysis.locations.key("tasks", name, "on", keys[0]), message, hint)
