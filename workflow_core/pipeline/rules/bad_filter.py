"""A filter, in a router's `where` or the source's, does not make sense.

Filters are a closed language: fields with values or operators, and `and`, `or`, `not`. A filter that asks for
the status in a task names a task of this pipeline.

Wrong:

    - {where: {metadata.speed: {more: 5}}, to: expert}

Right:

    - {where: {metadata.speed: {gt: 5}}, to: expert}
"""

from collections.abc import Iterator

from workflow_core.domain.filters import FilterError, compares, parse
from workflow_core.domain.suggestions import suggest
from workflow_core.domain.wording import quoted
from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.locations import Step
from workflow_core.pipeline.study import Study

CODE = "AF019"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield the first fault of every filter, and the tasks that it names in vain."""
    if study.spec.source.where is not None:
        yield from _filter(study, study.spec.source.where, ("source", "where"))
    for name, cases in study.spec.routers.items():
        for index, case in enumerate(cases):
            if case.where is not None:
                yield from _filter(study, case.where, ("routers", name, index, "where"))


def _filter(study: Study, raw: object, path: tuple[Step, ...]) -> Iterator[Fault]:
    try:
        filter = parse(raw)
    except FilterError as error:
        at = (*path, *error.path)
        location = study.locations.key(*at) if error.about == "key" else study.locations.value(*at)
        message, _, hint = str(error).replace(", did you mean", "; did you mean").partition("; ")
        yield Fault(location, message, hint)
        return
    for compare in compares(filter) if path[0] == "routers" else ():
        if compare.field in ("status", "visits") and compare.key[0] not in study.spec.tasks:
            message = f"there is no task {quoted(compare.key[0])}"
            if compare.key[0] not in study.locations.gone("tasks"):
                yield Fault(
                    study.locations.key(*path, *compare.path), message, suggest(compare.key[0], study.spec.tasks)
                )
