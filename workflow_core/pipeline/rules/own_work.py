"""Somebody's work cannot be reviewed, or a reviewer has nobody else's work to review.

Nobody reviews their own work, unless the task says `review_own: true`. Items that only their author could review
are stuck. So where one person alone reviews, somebody else must have done the work: an error if that person is
the only annotator, too, else a warning.

Wrong:

    cars: {type: annotation, assignees: [ann@example.org]}
    qa: {type: qa, assignees: [ann@example.org]}
"""

from collections.abc import Iterator

from workflow_core.pipeline.findings import Fault, Severity
from workflow_core.pipeline.scalars import quoted
from workflow_core.pipeline.study import Study

CODE = "AF065"
NAME = "own-work"
SEVERITY: Severity = "error"


def check(study: Study) -> Iterator[Fault]:
    """Yield every reviewer who is alone with work of their own."""
    people = {name: study.people_of(name) for name in study.spec.tasks}
    for name, task in study.spec.tasks.items():
        if study.type_of(name) != "qa" or task.review_own or not people[name]:
            continue
        done_by = {people[each] for each in study.flow.reviews(name)}
        if not done_by or frozenset() in done_by:
            continue
        place = study.places.value("tasks", name, "assignees")
        for person in sorted(people[name]):
            alone = people[name] == {person}
            if done_by == {frozenset({person})}:
                message = f"{person} has nobody else's work to review in {quoted(name)}"
                hint = "assign somebody else, or allow `review_own: true`"
                yield Fault(place, message, hint, None if alone else "warning")
            elif alone and any(person in each for each in done_by):
                message = f"{person} reviews alone in {quoted(name)}, so nobody can review what {person} annotates"
                yield Fault(place, message, "assign somebody else, too, or allow `review_own: true`", "warning")
