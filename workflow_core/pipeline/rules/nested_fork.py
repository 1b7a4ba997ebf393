"""There is a fork inside a branch of another fork.

That is refused for now. List all branches in the outer fork, or let the inner one begin behind the join.

Wrong:

    cars: {on: {completed: [signs, people]}}
    signs: {on: {completed: [round-signs, other-signs]}}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF053"
SEVERITY: Severity = "error"
STAGE = 3
