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
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF022"
SEVERITY: Severity = "error"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every team that is not there."""
    gone = analysis.locations.gone("teams")
    if "teams" in analysis.locations.gone():
        return  # nobody knows which there are
    for name, task in analysis.spec.tasks.items():
        team = task.assignees
        if isinstance(team, str) and team not in analysis.spec.teams and team not in gone:
            hint = f"for one person, write [{team}]" if "@" in team else suggest(team, analysis.spec.teams)
            yield Fault(analysis.locations.value("tasks", name, "assignees"), f"there is no team {quoted(team)}", hint)
