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

from workflow_core.domain.suggestions import suggest
from workflow_core.domain.wording import quoted
from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF022"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield every team that is not there."""
    gone = study.locations.gone("teams")
    for name, task in study.spec.tasks.items():
        team = task.assignees
        if isinstance(team, str) and team not in study.spec.teams and team not in gone:
            hint = f"for one person, write [{team}]" if "@" in team else suggest(team, study.spec.teams)
            yield Fault(study.locations.value("tasks", name, "assignees"), f"there is no team {quoted(team)}", hint)
