"""A lease is not a time.

A lease says how long a claim lasts without activity: a number and `s`, `m`, `h` or `d`, up to 30 days.

Wrong:

    queue: {lease: half an hour}

Right:

    queue: {lease: 30m}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF017"
NAME = "bad-lease"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
