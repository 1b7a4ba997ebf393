"""Two names look the same, and are not: most often they are meant to be one.

They differ in upper and lower case alone, in a character that is not seen, or in how an accented letter is put
together, as when one was copied from the name of a file on a Mac. Names are compared exactly; so a label would come
into exports twice, and a route to one task would not lead to the other.

Wrong:

    recipe: {labels: [car, Car]}
"""

from collections.abc import Iterable, Iterator

from workflow_core.domain.words.likeness import alike, difference
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Location, Severity

CODE = "AF029"
SEVERITY: Severity = "warning"

Named = Iterable[tuple[str, Location]]


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every name that looks like an earlier one of its kind."""
    spec, locations = analysis.spec, analysis.locations
    nodes = (("tasks", spec.tasks), ("routers", spec.routers), ("exits", spec.exits))
    yield from _alike("name", ((name, locations.key(section, name)) for section, names in nodes for name in names))
    yield from _alike("team", ((name, locations.key("teams", name)) for name in spec.teams))
    for name in spec.tasks:
        offered = analysis.statuses_of(name)
        yield from _alike("status", ((status.name, analysis.location_of(path)) for status, path in offered))
    labels: list[tuple[str, Location]] = []
    for recipe in {(each.locations.file, id(each.spec)): each for each in analysis.recipes.values()}.values():
        for index, label in enumerate(recipe.spec.labels or ()):
            at = recipe.locations.within("labels", index)
            labels.append((label.name, at.text()))
            yield from _alike("attribute", ((name, at.key("attributes", name)) for name in label.attributes))
            for name in label.attributes:
                yield from _alike("value", at.entries("attributes", name, "values"))
    yield from _alike("label", labels)


def _alike(what: str, named: Named) -> Iterator[Fault]:
    first: dict[str, tuple[str, Location]] = {}
    for name, location in named:
        other, there = first.setdefault(alike(name), (name, location))
        if name != other:
            file = f"{there.file}, " if there.file != location.file else ""
            how = difference(name, other)
            message = f"the {what} {quoted(name)} looks like {quoted(other)} in {file}line {there.span.line}"
            yield Fault(location, f"{message} ({how})" if how else message, "write both alike, or one quite otherwise")
