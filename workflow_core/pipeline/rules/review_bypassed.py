"""An item can come to a QA task without having been in one of the tasks that it reviews.

That may be meant, where a router sends items different ways. If it is not, a reviewer approves what nobody
annotated. List in `reviews` what always comes before, or lead the path through the missing task.

Example: `cars` leads to `signs` by completed, but straight to `qa` by no-signs; `qa` reviews both.
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.graph.structure import written
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF063"
SEVERITY: Severity = "warning"
STAGE = 3


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every QA task that a path reaches past a task that it reviews."""
    if any(each.faults for each in analysis.forks):
        return
    for name in analysis.spec.tasks:
        if analysis.type_of(name) != "qa" or name not in analysis.graph.reachable:
            continue
        missed = analysis.flow.missed(name, analysis.flow.reviews(name))
        path = analysis.flow.path_past(name, missed[0]) if missed else []
        if path:
            message = f"items can come to {quoted(name)} past {quoted(missed[0])}, which it reviews: {written(path)}"
            more = f"; other paths pass by {', '.join(quoted(each) for each in missed[1:5])}" if len(missed) > 1 else ""
            yield Fault(
                analysis.locations.key("tasks", name), message + more, "list in `reviews` what always comes before"
            )
