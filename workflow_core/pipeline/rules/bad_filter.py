"""A filter, in the `where` of a router, the source or an export, does not make sense.

Filters are a closed language: fields with values or operators, and `and`, `or`, `not`. A filter that asks for
the status in a task names a task of this pipeline.

Wrong:

    - {where: {metadata.speed: {more: 5}}, to: expert}

Right:

    - {where: {metadata.speed: {gt: 5}}, to: expert}
"""

from collections.abc import Iterator

from workflow_core.domain.items.filter_terms import compares
from workflow_core.domain.items.filters import FilterError, parse
from workflow_core.domain.words.suggestions import suggest
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity
from workflow_core.pipeline.language.locations import Step

CODE = "AF019"
SEVERITY: Severity = "error"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield the first fault of every filter, and the tasks that it names in vain."""
    if analysis.spec.source.where is not None:
        yield from _filter(analysis, analysis.spec.source.where, ("source", "where"))
    for name, cases in analysis.spec.routers.items():
        for index, case in enumerate(cases):
            if case.where is not None:
                yield from _filter(analysis, case.where, ("routers", name, index, "where"))
    for name, exit in analysis.spec.exits.items():
        if exit and exit.export and exit.export.where is not None:
            yield from _filter(analysis, exit.export.where, ("exits", name, "export", "where"))


def _filter(analysis: Analysis, raw: object, path: tuple[Step, ...]) -> Iterator[Fault]:
    try:
        filter = parse(raw)
    except FilterError as error:
        at = (*path, *error.path)
        location = analysis.locations.key(*at) if error.about == "key" else analysis.locations.value(*at)
        message, _, hint = str(error).replace(", did you mean", "; did you mean").partition("; ")
        yield Fault(location, message, hint)
        return
    known = {*analysis.spec.tasks, *analysis.missed, *analysis.locations.gone("tasks")}
    for compare in compares(filter) if path[0] != "source" else ():
        if compare.field in ("status", "visits") and (name := compare.key[0]) not in known:
            location = analysis.locations.key(*path, *compare.path)
            yield Fault(location, f"there is no task {quoted(name)}", suggest(name, analysis.spec.tasks))
