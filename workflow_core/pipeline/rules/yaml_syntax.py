"""The file cannot be read as one YAML document in UTF-8.

Nothing else can be checked before it can be read. Tabs cannot indent, quotes and brackets must be closed, and
a file holds one document, which is a mapping of keys. Values are read by the rules of YAML 1.2: `on`, `no` and
dates are text, and only `true` and `false` are booleans.

Wrong:

    tasks:
      cars: {type: annotation

Right:

    tasks:
      cars: {type: annotation}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF001"
SEVERITY: Severity = "error"
