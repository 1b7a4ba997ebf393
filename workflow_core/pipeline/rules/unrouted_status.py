"""A status of a task leads nowhere.

An item with that status would stay for ever. Only `discarded` and `approved` go to the exits of their name by
themselves; every other status needs a route.

Wrong:

    qa: {type: qa, extra_statuses: [redo]}

Right:

    qa: {type: qa, extra_statuses: [redo], on: {redo: cars}}
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.domain.work.statuses import ALIASES
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF030"
SEVERITY: Severity = "error"
STAGE = 1


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every status without a route."""
    for name, task in analysis.spec.tasks.items():
        gone = analysis.locations.gone("tasks", name, "on") | analysis.locations.strays
        if not analysis.locations.lacks("on", "tasks", name) or not analysis.knows_statuses_of(name):
            continue
        routes = analysis.routes_of(name)
        offered = {status.name for status, _ in analysis.statuses_of(name)}
        lost = analysis.locations.gone("tasks", name, "on")
        if {*routes, *(ALIASES.get(each, each) for each in lost)} - offered:
            continue  # a route of a status that is not there is one of these, misspelt
        empty = {status for status, (key, targets) in routes.items() if not targets and key in task.on}
        for status, path in analysis.statuses_of(name):
            routed = status.name in routes or status.name in ("discarded", "approved")
            if status.name in empty and not analysis.locations.gone("tasks", name, "on", routes[status.name][0]):
                location = analysis.locations.value("tasks", name, "on", routes[status.name][0])
                yield Fault(location, f"the status {quoted(status.name)} leads nowhere", "name a target")
            elif not routed and not {status.name, *_aliases(status.name)} & gone:
                message = f"the status {quoted(status.name)} of the task {quoted(name)} leads nowhere"
                yield Fault(analysis.location_of(path), message, f"add a route like `on: {{{status.name}: ...}}`")
                if not task.on:
                    break  # there are no routes at all


def _aliases(status: str) -> Iterator[str]:
    return (alias for alias, name in ALIASES.items() if name == status)
