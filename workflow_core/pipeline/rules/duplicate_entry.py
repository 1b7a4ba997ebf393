"""Something is listed twice: a label, a tool, a value, a status, a person, a target, a reviewed task.

E-mail addresses are the same in upper and lower case. A status is also there twice when it is given by its name
and by its alias, such as `complete` beside `completed`.

Wrong:

    extra_statuses: [unclear, unclear]
"""

from collections.abc import Iterable, Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.domain.work.statuses import ALIASES
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Location, Severity
from workflow_core.pipeline.language.locations import Step

CODE = "AF025"
SEVERITY: Severity = "error"


Listed = Iterable[tuple[str, Location]]


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every second entry."""
    locations = analysis.locations
    for name in analysis.spec.teams:
        yield from _twice("person", _people(analysis, "teams", name))
    for name, task in analysis.spec.tasks.items():
        yield from _twice("person", _people(analysis, "tasks", name, "assignees"))
        listed = [(status.name, path) for status, path in analysis.statuses_of(name)]
        yield from _twice("status", ((status, analysis.location_of(path)) for status, path in listed))
        offered = {status for status, _ in listed}
        read_as = ((key, key if key in offered else ALIASES.get(key, key)) for key in task.on)
        yield from _twice("route of", ((as_, locations.key("tasks", name, "on", key)) for key, as_ in read_as))
        for key, targets in task.on.items():
            yield from _twice("target", _texts(analysis, targets, "tasks", name, "on", key))
        yield from _twice("task", _texts(analysis, task.reviews, "tasks", name, "reviews"))
    yield from _twice("task", _texts(analysis, analysis.spec.start, "start"))
    recipes = {(each.locations.file, id(each.spec)): each for each in analysis.recipes.values()}
    for recipe in recipes.values():
        labels, locations = list(enumerate(recipe.spec.labels or ())), recipe.locations
        yield from _twice("label", ((each.name, locations.text("labels", index)) for index, each in labels))
        for index, label in labels:
            yield from _twice("tool", locations.entries("labels", index, "tools") if len(label.tools) > 1 else ())
            for name in label.attributes:
                yield from _twice("value", locations.entries("labels", index, "attributes", name, "values"))


def _twice(what: str, listed: Listed) -> Iterator[Fault]:
    first: dict[str, Location] = {}
    for name, location in listed:
        if name in first and location != first[name]:
            message = f"the {what} {quoted(name)} is there already, in line {first[name].span.line}"
            yield Fault(location, message, "keep one of them")
        first.setdefault(name, location)


def _texts(analysis: Analysis, value: object, *path: Step) -> Iterator[tuple[str, Location]]:
    for index, each in enumerate(value) if isinstance(value, list) else ():
        yield each, analysis.locations.value(*path, index)


def _people(analysis: Analysis, *path: Step) -> Iterator[tuple[str, Location]]:
    for text, location in analysis.locations.entries(*path):
        yield text.lower(), location
