"""A key that is required is missing or empty.

A pipeline has a name and at least one task; a task has a `type`, `assignees` and, for annotation, a `recipe`
with `labels`. A QA task without a recipe has by default what it reviews, together.

Wrong:

    tasks:
      cars: {assignees: [ann@example.org]}

Right:

    tasks:
      cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org]}
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF012"
SEVERITY: Severity = "error"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every required key that is not there, beside those that reading found empty."""
    top, locations = analysis.locations.gone(), analysis.locations
    if analysis.spec.pipeline is None and "pipeline" not in top:
        yield Fault(locations.value("pipeline"), "the pipeline has no name", "add a line like `pipeline: dashcam`")
    if not analysis.spec.tasks and "tasks" not in top and not locations.gone("tasks"):
        yield Fault(locations.key("tasks"), "the pipeline has no tasks", "add at least one under `tasks`")
    for name, task in analysis.spec.tasks.items():
        gone, location = locations.gone("tasks", name), locations.key("tasks", name)
        if task.type is None and "type" not in gone:
            yield Fault(location, f"the task {quoted(name)} has no `type`", "add `type: annotation` or `type: qa`")
        if task.assignees is None and "assignees" not in gone:
            yield Fault(location, f"the task {quoted(name)} has no `assignees`", "name a team, or list people")
        if task.recipe is None and "recipe" not in gone and task.type == "annotation":
            yield Fault(
                location, f"the task {quoted(name)} has no `recipe`", "`recipe: {labels: [car]}` is the shortest"
            )
    for name, recipe in analysis.recipes.items():
        faulty = recipe.locations.gone() | recipe.locations.gone("labels")
        if not recipe.spec.labels and not faulty and analysis.type_of(name) == "annotation":
            yield Fault(recipe.locations.value("labels"), "the recipe has no labels", "add them, like `labels: [car]`")
