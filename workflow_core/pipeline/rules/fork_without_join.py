"""The branches of a fork do not all meet in one join.

An item in a fork is in several tasks at once. It goes on, as one, from a task with `join: all`, when every
branch has come there; so every branch must be able to. A branch may also end by `discarded`, which ends the item.

Wrong:

    cars: {on: {completed: [signs, people]}}
    signs: {on: {completed: qa}}
    people: {on: {completed: qa}}
    qa: {type: qa}

Right:

    qa: {type: qa, join: all}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF051"
SEVERITY: Severity = "error"
STAGE = 3
