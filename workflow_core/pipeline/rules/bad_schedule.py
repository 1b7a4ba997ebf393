"""A schedule is not a cron expression, or never comes, or its time zone does not exist.

Five fields: minute, hour, day, month, weekday, each `*` or numbers as in `2`, `2-5`, `2-5/2`, `*/2` or `2,5`; months
and weekdays may be written `jan` and `mon`. Where a day and a weekday are named, either of them is enough. The time
zone is one of the IANA names; UTC by default.

Wrong:

    schedule: every day

Right:

    schedule: {cron: "0 6 * * *", timezone: Europe/Berlin}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF018"
SEVERITY: Severity = "error"
