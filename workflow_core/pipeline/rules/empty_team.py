"""A team, or the assignees of a task, are nobody.

Items would come in and never be worked on.

Wrong:

    teams: {drivers: []}

Right:

    teams: {drivers: [ann@example.org]}
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF027"
SEVERITY: Severity = "error"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every team and task without people."""
    locations = analysis.locations
    for name, team in analysis.spec.teams.items():
        if not team and not locations.gone("teams", name):
            yield Fault(locations.value("teams", name), f"the team {quoted(name)} is empty", "add somebody")
    for name, task in analysis.spec.tasks.items():
        empty = isinstance(task.assignees, list | dict) and not task.assignees
        if empty and not locations.gone("tasks", name, "assignees"):
            location = locations.value("tasks", name, "assignees")
            yield Fault(location, f"nobody is assigned to the task {quoted(name)}", "add somebody")
