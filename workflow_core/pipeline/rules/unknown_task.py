"""`reviews` names something that is not an annotation task of this pipeline.

A QA task reviews annotation tasks, whose authors get its issues to fix.

Wrong:

    qa: {type: qa, reviews: [cras]}

Right:

    qa: {type: qa, reviews: [cars]}
"""

from collections.abc import Iterator

from workflow_core.domain.words.suggestions import suggest
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Location, Severity, also

CODE = "AF021"
SEVERITY: Severity = "error"
STAGE = 3


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every name in `reviews` that is not an annotation task."""
    tasks = {name: analysis.type_of(name) for name in analysis.spec.tasks}
    annotation = [name for name, type in tasks.items() if type == "annotation"]
    known = {*tasks, *analysis.missed, *analysis.locations.gone("tasks"), *analysis.locations.strays}
    unknown: dict[str, list[Location]] = {}
    for name, task in analysis.spec.tasks.items():
        listed = task.reviews or []
        for index, each in enumerate(listed if isinstance(listed, list) else [listed]):
            step = [index] if isinstance(listed, list) else []
            location = analysis.locations.value("tasks", name, "reviews", *step)
            if tasks.get(each) == "qa":
                yield Fault(location, f"{quoted(each)} is a QA task", "only annotation tasks are reviewed")
            elif each not in known:
                unknown.setdefault(each, []).append(location)
    for each, locations in unknown.items():
        yield Fault(locations[0], f"there is no task {quoted(each)}{also(locations)}", suggest(each, annotation))
