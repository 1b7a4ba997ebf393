"""A QA task has nothing to review.

A QA task reviews annotation tasks that items come through before it. There is none upstream, or `reviews` names
one that items cannot have been through.

Wrong:

    tasks:
      qa: {type: qa, on: {approved: cars}}
      cars: {type: annotation}
"""

from collections.abc import Iterator

from workflow_core.domain.suggestions import suggest
from workflow_core.domain.wording import quoted
from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF062"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield every QA task without a reviewed task upstream, and every listed one that is not upstream."""
    for name, task in study.spec.tasks.items():
        if study.type_of(name) != "qa" or name not in study.graph.reachable:
            continue
        path = ("tasks", name, "reviews")
        if task.reviews is not None:
            yield from _listed(study, name, task.reviews, path)
        elif not study.flow.upstream(name) and "reviews" not in study.locations.gone("tasks", name):
            message = f"there is no annotation task upstream of {quoted(name)}, so it has nothing to review"
            yield Fault(study.locations.key("tasks", name), message, "lead an annotation task here")


def _listed(study: Study, name: str, reviews: str | list[str], path: tuple[str, ...]) -> Iterator[Fault]:
    if not reviews and not study.locations.gone(*path):
        yield Fault(study.locations.value(*path), f"{quoted(name)} reviews nothing", "name an annotation task")
    upstream = study.flow.upstream(name)
    for index, each in enumerate(reviews if isinstance(reviews, list) else [reviews]):
        known = each in study.spec.tasks and study.type_of(each) == "annotation"
        if known and each not in upstream:
            location = (
                study.locations.value(*path, index) if isinstance(reviews, list) else study.locations.value(*path)
            )
            message = f"items do not come through {quoted(each)} before {quoted(name)}"
            yield Fault(location, message, suggest(each, upstream))
