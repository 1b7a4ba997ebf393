"""The share of a router's case, or of a split, is not a percentage above 0% and up to 100%.

Wrong:

    - {sample: 0.25, to: qa}

Right:

    - {sample: 25%, to: qa}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF040"
SEVERITY: Severity = "error"
