"""A status, a router, the start or `on_max_visits` leads to something that does not exist.

Targets are the names of tasks, routers and exits; the exits `approved` and `discarded` always exist. Items
start in tasks.

Wrong:

    on: {completed: sings}        # the task is called signs
"""

from collections.abc import Iterator

from workflow_core.domain.words.suggestions import suggest
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Location, Severity, also

CODE = "AF020"
SEVERITY: Severity = "error"
STAGE = 1


MAX_SUGGESTED = 100
"""Beyond so many, a file does not get better by guesses, and they take their time."""


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every target that is not there."""
    asked = 0
    if not all(map(analysis.locations.lacks, ("tasks", "routers", "exits"))) or not analysis.spec.tasks:
        return  # nobody knows which there are
    unknown: dict[str, list[Location]] = {}
    for name, location in analysis.targets():
        if name in analysis.missed:
            unknown.setdefault(name, []).append(location)
    unknown = {name: at for name, at in unknown.items() if name not in analysis.locations.strays}
    lost = {name for key in ("tasks", "routers", "exits") for name in analysis.locations.gone(key)}
    if lost - {name for name, _ in (*analysis.targets(), *(analysis.start() if analysis.spec.start else ()))}:
        return  # what was left out as faulty, and nothing leads to, may have the wrong name, too
    for name, locations in unknown.items():
        asked += 1
        hint = suggest(name, sorted(analysis.names)) if asked <= MAX_SUGGESTED else ""
        message = f"there is no task, router or exit {quoted(name)}{also(locations)}"
        yield Fault(locations[0], message, hint)
    known = {*analysis.spec.tasks, *unknown, *analysis.locations.gone("tasks")}
    for name, location in analysis.start():
        if name not in known and name not in analysis.locations.strays:
            asked += 1
            what = f"{quoted(name)} is not a task" if name in analysis.names else f"there is no task {quoted(name)}"
            hint = suggest(name, analysis.spec.tasks) if asked <= MAX_SUGGESTED else ""
            yield Fault(location, f"items start in tasks, and {what}", hint)
