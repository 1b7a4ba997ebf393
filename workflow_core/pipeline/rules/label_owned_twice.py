"""Two annotation tasks own the same label.

When a reviewer says that a car is missing, the label names the task whose author gets it back; so one label
belongs to one task. In parallel branches of a fork, where two people would draw the same things at the same
time, it is an error, else a warning.

Wrong:

    cars: {type: annotation, recipe: {labels: [car, sign]}}
    signs: {type: annotation, recipe: {labels: [sign]}}
"""

from collections import defaultdict
from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF070"
SEVERITY: Severity = "error"
STAGE = 3


MAX_COMPARED = 50
"""Owners of one label that are looked at for a parallel branch."""


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every label that an earlier task owns already."""
    branch = {
        name: (number, entry)
        for number, each in enumerate(analysis.forks)
        for entry, region in each.inside.items()
        for name in region
    }
    owners: dict[str, list[str]] = defaultdict(list)
    for name, recipe in analysis.recipes.items():
        for index, label in enumerate(recipe.spec.labels or ()) if analysis.type_of(name) == "annotation" else ():
            others = [each for each in owners[label.name] if each != name]
            parallel = next((each for each in others if _parallel(branch.get(each), branch.get(name))), None)
            owner = parallel or (others[0] if others else None)
            if owner:
                beside = ", in a parallel branch" if parallel else ""
                message = f"{quoted(name)} owns the label {quoted(label.name)}, and so does {quoted(owner)}{beside}"
                inline = recipe.locations.file == analysis.locations.file
                location = (
                    recipe.locations.text("labels", index)
                    if inline
                    else analysis.locations.value("tasks", name, "recipe")
                )
                yield Fault(location, message, "give each label to one task", None if parallel else "warning")
            if len(owners[label.name]) < MAX_COMPARED:
                owners[label.name].append(name)


def _parallel(one: tuple[int, str] | None, other: tuple[int, str] | None) -> bool:
    return one is not None and other is not None and one[0] == other[0] and one[1] != other[1]
