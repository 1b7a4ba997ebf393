"""A QA task has nothing to review.

A QA task reviews annotation tasks that items come through before it. There is none upstream, or `reviews` names
one that items cannot have been through.

Wrong:

    tasks:
      qa: {type: qa, on: {approved: cars}}
      cars: {type: annotation}
"""

from collections.abc import Iterator

from workflow_core.domain.words.suggestions import suggest
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF062"
SEVERITY: Severity = "error"
STAGE = 3


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every QA task without a reviewed task upstream, and every listed one that is not upstream."""
    for name, task in analysis.spec.tasks.items():
        if analysis.type_of(name) != "qa" or name not in analysis.graph.reachable:
            continue
        path = ("tasks", name, "reviews")
        if task.reviews is not None:
            yield from _listed(analysis, name, task.reviews, path)
        elif not analysis.flow.upstream(name) and "reviews" not in analysis.locations.gone("tasks", name):
            message = f"there is no annotation task upstream of {quoted(name)}, so it has nothing to review"
            yield Fault(analysis.locations.key("tasks", name), message, "lead an annotation task here")


def _listed(analysis: Analysis, name: str, reviews: str | list[str], path: tuple[str, ...]) -> Iterator[Fault]:
    if not reviews and not analysis.locations.gone(*path):
        yield Fault(analysis.locations.value(*path), f"{quoted(name)} reviews nothing", "name an annotation task")
    upstream = analysis.flow.upstream(name)
    for index, each in enumerate(reviews if isinstance(reviews, list) else [reviews]):
        known = each in analysis.spec.tasks and analysis.type_of(each) == "annotation"
        if known and each not in upstream:
            location = (
                analysis.locations.value(*path, index) if isinstance(reviews, list) else analysis.locations.value(*path)
            )
            message = f"items do not come through {quoted(each)} before {quoted(name)}"
            yield Fault(location, message, suggest(each, upstream))
