"""One key of the keyboard would do two things in the same task.

Labels and statuses of a task share one keyboard: the same key cannot choose a label and press a button.

Wrong:

    labels: [{name: car, key: c}, {name: cyclist, key: c}]

Right:

    labels: [{name: car, key: c}, {name: cyclist, key: y}]
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Location, Severity

CODE = "AF026"
SEVERITY: Severity = "error"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every second use of a key, the labels of a recipe first."""
    told: set[Location] = set()
    for name in analysis.spec.tasks:
        used: dict[str, str] = {}
        for key, what, location in _keys(analysis, name):
            if key in used and used[key] != what and location not in told:
                told.add(location)
                yield Fault(location, f"the key {quoted(key)} is that of {used[key]} already", "choose another key")
            used.setdefault(key, what)


def _keys(analysis: Analysis, name: str) -> Iterator[tuple[str, str, Location]]:
    recipe = analysis.recipes.get(name)
    for index, label in enumerate(recipe.spec.labels or ()) if recipe else ():
        if label.key and recipe:
            yield label.key, f"the label {quoted(label.name)}", recipe.locations.value("labels", index, "key")
    for status, path in analysis.statuses_of(name):
        if status.key:
            yield status.key, f"the status {quoted(status.name)}", analysis.locations.value(*path, "key")
