"""The file is larger or nested deeper than any pipeline that people write.

A megabyte, 100,000 values and 64 levels are possible; a pipeline of 2,000 tasks needs a tenth of that. What is
more is an accident or an attack, and is not read on.

To get right: make several pipelines of one, or keep recipes in files of their own.
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF002"
NAME = "yaml-limit"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
