"""The file uses an anchor, an alias, a tag or a merge key.

They make a file mean something else than it says at the place where one reads it, and a few lines of aliases
can stand for gigabytes. Repeat what is shared, or give it a name of the language: a team, a recipe in a file.

Wrong:

    teams:
      drivers: &drivers [ann@example.org]
    tasks:
      cars: {assignees: *drivers}

Right:

    tasks:
      cars: {assignees: drivers}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF003"
NAME = "yaml-feature"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
