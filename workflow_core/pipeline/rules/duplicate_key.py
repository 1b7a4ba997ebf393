"""A mapping has the same key twice.

Most programs silently take the last one, so that half of what is written has no effect. Keep one of the two.
This also finds two tasks, routers, exits or teams of one name.

Wrong:

    on: {completed: signs, completed: qa}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF004"
SEVERITY: Severity = "error"
