"""A lease is not a time.

A lease says how long a claim lasts without activity: a number and `s`, `m`, `h` or `d`, up to 30 days.

Wrong:

    queue: {lease: half an hour}

Right:

    queue: {lease: 30m}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF017"
SEVERITY: Severity = "error"
