"""A key is not part of the language at this place.

It would have no effect, and is most often a slip. The finding names the key that was probably meant, or those
that are possible. `pipelines/README.md` lists them all.

Wrong:

    cars: {type: annotation, asignees: drivers}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF010"
SEVERITY: Severity = "error"
