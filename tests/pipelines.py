"""The four pipelines that most tests play on; who works in them, and how, may differ from test to test."""

import re

REVIEWED = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org], extra_statuses: [redo, away], on: {redo: cars, away: elsewhere}}
exits: {elsewhere: {}}
"""
"""One task and its review."""

POOLED = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org, bo@example.org],
         queue: {batch: 2, limit: 5, lease: 10m}, on: {completed: qa}}
  qa: {type: qa, assignees: [quinn@example.org]}
"""
"""Two people who take from a pool, and their review."""

MICRO = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], extra_statuses: [unsure],
         on: {completed: signs, unsure: expert}}
  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [cy@example.org], extra_statuses: [unsure],
          on: {completed: qa, unsure: expert}}
  qa: {type: qa, assignees: [quinn@example.org], extra_statuses: [for-expert, away, redo],
       on: {for-expert: expert, away: elsewhere, redo: cars}}
  expert: {type: qa, assignees: [eve@example.org]}
exits: {elsewhere: {}}
"""
"""Two micro-tasks, a review, and an expert for what is not clear."""

WITHOUT_SIGNS = re.sub(r"  signs: .*\n.*\n", "", MICRO).replace("completed: signs", "completed: qa")
"""The same without its second micro-task."""

FORKED = """
pipeline: p
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: [a, b]}}
  a: {type: annotation, recipe: {labels: [x]}, assignees: [ann@example.org], extra_statuses: [more],
      on: {completed: j, more: a2}}
  a2: {type: annotation, recipe: {labels: [x2]}, assignees: [ann@example.org], on: {completed: a}}
  b: {type: annotation, recipe: {labels: [y]}, assignees: [bo@example.org], on: {completed: j}}
  j: {type: qa, join: all, assignees: [quinn@example.org], extra_statuses: [redo, ask], max_visits: 2,
      on: {redo: cars, ask: expert}}
  expert: {type: qa, assignees: [eve@example.org]}
"""
"""Two branches, one with a loop in it, and a review that joins them."""


def staffed(text: str, **teams: str) -> str:
    """Return the pipeline with other people in its tasks: `staffed(REVIEWED, cars="ann bo", qa="quinn rae")`."""
    for task, names in teams.items():
        people = ", ".join(f"{name}@example.org" for name in names.split())
        text = _changed(text, task, rf"\g<before>[{people}]")
    return text


def with_settings(text: str, **settings: str) -> str:
    """Return the pipeline with more settings in its tasks: `with_settings(REVIEWED, qa="queue: true")`."""
    for task, more in settings.items():
        text = _changed(text, task, rf"\g<before>\g<people>, {more}")
    return text


def _changed(text: str, task: str, to: str) -> str:
    found = rf"(?P<before>^  {task}: {{type: \w+[^\n]*?assignees: )(?P<people>\[[^]]*\])"
    text, times = re.subn(found, to, text, flags=re.MULTILINE)
    assert times == 1, f"the pipeline has no task {task}, or names its people elsewhere"
    return text
