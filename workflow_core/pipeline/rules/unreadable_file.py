"""A recipe or a file of instructions is not there, or cannot be used.

The path of a recipe starts where the pipeline file is, that of instructions where the recipe is. It leads to a
file below the pipeline file, never outside. Instructions are Markdown (`.md`) or PDF (`.pdf`).

Wrong:

    recipe: ../secret.yaml

Right:

    recipe: recipes/cars.yaml
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF014"
SEVERITY: Severity = "error"
