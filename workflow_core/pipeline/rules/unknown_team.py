"""`assignees` names a team that is not under `teams`.

Wrong:

    teams: {drivers: [ann@example.org]}
    tasks:
      cars: {assignees: driver}

Right:

    tasks:
      cars: {assignees: drivers}
"""

from collections.abc import Iterator

from workflow_core.domain.words.suggestions import suggest
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Location, Severity, also

CODE = "AF022"
SEVERITY: Severity = "error"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every team that is not there."""
    gone, strays = analysis.locations.gone("teams"), analysis.locations.strays
    assigned = {task.assignees for task in analysis.spec.tasks.values() if isinstance(task.assignees, str)}
    if not analysis.locations.lacks("teams") or gone - assigned:
        return  # nobody knows which there are, or what was left out as faulty may have the wrong name, too
    unknown: dict[str, list[Location]] = {}
    for name, task in analysis.spec.tasks.items():
        team = task.assignees
        if isinstance(team, str) and team not in {*analysis.spec.teams, *gone, *strays}:
            unknown.setdefault(team, []).append(analysis.locations.value("tasks", name, "assignees"))
    if not analysis.spec.teams and len(unknown) > 1:
        listed = ", ".join(quoted(team) for team in unknown)
        first = next(iter(unknown.values()))[0]
        yield Fault(first, f"there are no teams, and tasks are assigned to {listed}", "write them under `teams`")
        return
    for team, locations in unknown.items():
        hint = f"for one person, write [{team}]" if "@" in team else suggest(team, analysis.spec.teams)
        yield Fault(locations[0], f"there is no team {quoted(team)}{also(locations)}", hint)
