"""Somebody is not given by an e-mail address.

People are known by their e-mail address, upper and lower case alike; whoever has no account yet is invited.

Wrong:

    assignees: [ann]

Right:

    assignees: [ann@example.org]
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF015"
SEVERITY: Severity = "error"
