"""A name is empty, too long, or contains a colon or something that cannot be printed.

Names of tasks, statuses, labels, teams and exits are shown to people and used in addresses and files. Any
printable text without `:` will do, up to 64 characters, without blanks around it. Names are compared exactly.

Wrong:

    tasks:
      "cars: first": {type: annotation}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF013"
NAME = "bad-name"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
