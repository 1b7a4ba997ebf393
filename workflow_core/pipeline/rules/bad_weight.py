"""A weight is not a number above 0.

Weights are ratios: `{ann@example.org: 60, bo@example.org: 40}` gives three items of five to Ann. Leave out who
gets nothing.

Wrong:

    assignees: {ann@example.org: 1, bo@example.org: 0}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF016"
SEVERITY: Severity = "error"
