"""`reviews` names something that is not an annotation task of this pipeline.

A QA task reviews annotation tasks, whose authors get its issues to fix.

Wrong:

    qa: {type: qa, reviews: [cras]}

Right:

    qa: {type: qa, reviews: [cars]}
"""

from collections.abc import Iterator

from workflow_core.domain.suggestions import suggest
from workflow_core.domain.wording import quoted
from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF021"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield every name in `reviews` that is not an annotation task."""
    tasks = {name: study.type_of(name) for name in study.spec.tasks}
    annotation = [name for name, type in tasks.items() if type == "annotation"]
    for name, task in study.spec.tasks.items():
        listed = task.reviews or []
        for index, each in enumerate(listed if isinstance(listed, list) else [listed]):
            path = ("tasks", name, "reviews")
            location = study.locations.value(*path, index) if isinstance(listed, list) else study.locations.value(*path)
            if tasks.get(each) == "qa":
                yield Fault(location, f"{quoted(each)} is a QA task", "only annotation tasks are reviewed")
            elif each not in tasks and each not in study.locations.gone("tasks"):
                yield Fault(location, f"there is no task {quoted(each)}", suggest(each, annotation))
