"""A route, a loop or `on_max_visits` crosses the boundary of a fork.

Inside a fork an item is in several tasks at once. If it left from one branch, or came into one from outside,
nobody could say when it is complete. So one enters by the fork, and leaves by the join or by `discarded`; loops
stay inside one branch, or go round the whole fork; only the branches of its fork lead to a join. `on_max_visits`
inside a fork leads to a task of the same branch or to `discarded`, since it carries no status to the join.

Wrong:

    cars: {on: {completed: [signs, people]}}
    signs: {extra_statuses: [no-signs], on: {completed: qa, no-signs: done}}
    people: {on: {completed: qa}}
    qa: {type: qa, join: all}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF052"
SEVERITY: Severity = "error"
STAGE = 3
