"""A schedule is not a cron expression, or its time zone does not exist.

Five fields: minute, hour, day, month, weekday. The time zone is one of the IANA names; UTC by default.

Wrong:

    schedule: every day

Right:

    schedule: {cron: "0 6 * * *", timezone: Europe/Berlin}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF018"
SEVERITY: Severity = "error"
