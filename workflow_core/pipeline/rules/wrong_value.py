"""A value is of the wrong kind, or not one of those that are possible.

Nothing is converted: where text is expected, `5` and `true` are a number and a boolean, and must be quoted to
be text. The finding says what is expected and what was found.

Wrong:

    on: {completed: 5}

Right:

    on: {completed: "5"}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF011"
SEVERITY: Severity = "error"
