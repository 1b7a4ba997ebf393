"""A schedule is not a cron expression, or its time zone does not exist.

Five fields: minute, hour, day, month, weekday. The time zone is one of the IANA names; UTC by default.

Wrong:

    schedule: every day

Right:

    schedule: {cron: "0 6 * * *", timezone: Europe/Berlin}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.study import Study

CODE = "AF018"
NAME = "bad-schedule"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield what was found while the file was read."""
    yield from study.told(NAME)
