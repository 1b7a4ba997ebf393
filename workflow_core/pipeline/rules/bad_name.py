"""A name is empty, too long, or contains a colon or something that cannot be printed.

Names of tasks, statuses, labels, teams and exits are shown to people and used in addresses and files. Any
printable text without `:` will do, up to 64 characters, without blanks around it. Names are compared exactly.

Wrong:

    tasks:
      "cars: first": {type: annotation}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF013"
SEVERITY: Severity = "error"
