"""Somebody's work cannot be reviewed, or a reviewer has nobody else's work to review.

Nobody reviews an item that they annotated in one of the reviewed tasks, unless the QA task says
`review_own: true`; items that only their authors could review are stuck. So whoever does one of those tasks
alone cannot review: an error where no other reviewer is left, else a warning. It is a warning, too, when one
person alone reviews and also annotates, because what they annotate is stuck.

Wrong:

    cars: {type: annotation, assignees: [ann@example.org]}
    qa: {type: qa, assignees: [ann@example.org]}
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF065"
SEVERITY: Severity = "error"
STAGE = 3

HINT = "assign somebody else, or allow `review_own: true`"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every QA task in which somebody's own work is in the way."""
    people = {name: analysis.people_of(name) for name in analysis.spec.tasks}
    alone = {name: next(iter(each)) for name, each in people.items() if len(each) == 1}
    for name, task in analysis.spec.tasks.items():
        if analysis.type_of(name) != "qa" or task.review_own or not people[name]:
            continue
        location = analysis.locations.value("tasks", name, "assignees")
        reviews = analysis.flow.reviews(name)
        passed_by = set(analysis.flow.missed(name, reviews))
        owner = {alone[each]: each for each in reversed(reviews) if each in alone and each not in passed_by}
        kept_out = sorted(people[name] & owner.keys())
        for person in kept_out:
            message = f"{person} has nobody else's work to review in {quoted(name)}: {quoted(owner[person])} is theirs"
            severity: Severity = "error" if set(kept_out) == people[name] else "warning"
            yield Fault(location, message, HINT, severity)
        reviewer = alone.get(name)
        if reviewer and not kept_out and any(reviewer in people[each] for each in reviews):
            message = f"{reviewer} reviews alone in {quoted(name)}, and what {reviewer} annotates is stuck"
            yield Fault(location, message, HINT, "warning")
