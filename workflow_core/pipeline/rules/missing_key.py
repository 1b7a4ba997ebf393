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

from workflow_core.domain.wording import quoted
from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF012"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield every required key that is not there, beside those that reading found empty."""
    top, locations = study.locations.gone(), study.locations
    if study.spec.pipeline is None and "pipeline" not in top:
        yield Fault(locations.value("pipeline"), "the pipeline has no name", "add a line like `pipeline: dashcam`")
    if not study.spec.tasks and "tasks" not in top and not locations.gone("tasks"):
        yield Fault(locations.key("tasks"), "the pipeline has no tasks", "add at least one under `tasks`")
    for name, task in study.spec.tasks.items():
        gone, location = locations.gone("tasks", name), locations.key("tasks", name)
        if task.type is None and "type" not in gone:
            yield Fault(location, f"the task {quoted(name)} has no `type`", "add `type: annotation` or `type: qa`")
        if task.assignees is None and "assignees" not in gone:
            yield Fault(location, f"the task {quoted(name)} has no `assignees`", "name a team, or list people")
        if task.recipe is None and "recipe" not in gone and study.type_of(name) == "annotation":
            yield Fault(
                location, f"the task {quoted(name)} has no `recipe`", "`recipe: {labels: [car]}` is the shortest"
            )
    for name, recipe in study.recipes.items():
        faulty = recipe.locations.gone() | recipe.locations.gone("labels")
        if not recipe.spec.labels and not faulty and study.type_of(name) == "annotation":
            yield Fault(recipe.locations.value("labels"), "the recipe has no labels", "add them, like `labels: [car]`")
