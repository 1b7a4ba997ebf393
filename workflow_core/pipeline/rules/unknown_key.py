"""A key is not part of the language at this place.

It would have no effect, and is most often a slip. The finding names the key that was probably meant, or those
that are possible. `pipelines/README.md` lists them all.

Wrong:

    cars: {type: annotation, asignees: drivers}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF010"
NAME = "unknown-key"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
