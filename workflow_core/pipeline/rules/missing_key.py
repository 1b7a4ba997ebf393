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


HINTS = {
    "type": "add `type: annotation` or `type: qa`",
    "assignees": "name a team, or list people",
    "recipe": "`recipe: {labels: [car]}` is the shortest",
}


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every required key that is not there, beside those that reading found empty."""
    locations = analysis.locations
    if analysis.spec.pipeline is None and locations.lacks("pipeline"):
        yield Fault(locations.value("pipeline"), "the pipeline has no name", "add a line like `pipeline: dashcam`")
    if not analysis.spec.tasks and locations.lacks("tasks") and not locations.gone("tasks"):
        yield Fault(locations.key("tasks"), "the pipeline has no tasks", "add at least one under `tasks`")
    for name, task in analysis.spec.tasks.items():
        missing = [key for key in HINTS if getattr(task, key) is None and locations.lacks(key, "tasks", name)]
        missing = [key for key in missing if key != "recipe" or task.type == "annotation"]
        if missing:
            message = f"the task {quoted(name)} has no {' and no '.join(f'`{key}`' for key in missing)}"
            yield Fault(locations.key("tasks", name), message, "; ".join(HINTS[key] for key in missing))
    for name, recipe in analysis.recipes.items():
        faulty = not recipe.locations.lacks("labels") or recipe.locations.gone("labels")
        if not recipe.spec.labels and not faulty and analysis.type_of(name) == "annotation":
            yield Fault(recipe.locations.value("labels"), "the recipe has no labels", "add them, like `labels: [car]`")
