"""A fork leads to something that is not the first task of a branch.

A fork gives an item to several tasks at once. Each branch begins with a task of its own; routers may follow it,
and exits and joins end it.

Wrong:

    on: {completed: [signs, approved]}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF050"
SEVERITY: Severity = "error"
STAGE = 1
