"""A recipe or a file of instructions is not there, or cannot be used.

The path of a recipe starts where the pipeline file is, that of instructions where the recipe is. It leads to a
file below the pipeline file, never outside. Instructions are Markdown (`.md`) or PDF (`.pdf`).

Wrong:

    recipe: ../secret.yaml

Right:

    recipe: recipes/cars.yaml
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF014"
NAME = "unreadable-file"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
