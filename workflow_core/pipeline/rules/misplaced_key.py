"""A key has no effect where it stands, or contradicts another one.

`reviews` and `review_own` belong to QA tasks, `max_fix_rounds` to the tasks whose annotations are fixed (a warning).
A `lease` stands in `queue` or beside it (a warning). `on_max_visits` needs `max_visits`. The `limit` of a queue, what a
person may hold, is at least one `batch`. `lock_when_due` needs `due`, and a date that is not past. `pages` belong to a
PDF. The `schedule` of a source needs its `uri`.

Wrong:

    cars: {type: annotation, review_own: true}
"""

from collections.abc import Iterator
from datetime import datetime

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language import spec
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF028"
SEVERITY: Severity = "error"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every key that does not fit the others."""
    source = analysis.spec.source
    if source.schedule is not None and source.uri is None and analysis.locations.lacks("uri", "source"):
        hint = "add `uri`; what comes in any other way enters at once with `watch: true`"
        yield Fault(analysis.locations.key("source", "schedule"), "`schedule` has no effect without `uri`", hint)
    for name, task in analysis.spec.tasks.items():
        locations = analysis.locations.within("tasks", name)
        for key in ("reviews", "review_own") if analysis.type_of(name) == "annotation" else ():
            if getattr(task, key):
                yield Fault(
                    locations.key(key), f"`{key}` is for QA tasks, and {quoted(name)} is for annotation", "remove it"
                )
        if analysis.type_of(name) == "qa" and task.max_fix_rounds:
            message = f"`max_fix_rounds` has no effect in {quoted(name)}: fixes are made in annotation tasks"
            yield Fault(locations.key("max_fix_rounds"), message, "write it in those that it reviews", "warning")
        for key, other in (("on_max_visits", "max_visits"), ("lock_when_due", "due")):
            if getattr(task, key) and getattr(task, other) is None and locations.lacks(other):
                yield Fault(locations.key(key), f"`{key}` has no effect without `{other}`", f"add `{other}`")
        if analysis.now and task.lock_when_due and task.due and datetime.fromisoformat(task.due) < analysis.now:
            message = f"`due` is past, and so {quoted(name)} is locked as soon as it is made"
            yield Fault(locations.value("due"), message, "write a later date, or leave out `lock_when_due`", "warning")
        queue = task.queue
        if isinstance(queue, spec.Queue) and queue.lease and "lease" in task.model_fields_set:
            message = f"`lease` has no effect in {quoted(name)} beside that of its `queue`"
            yield Fault(locations.key("lease"), message, "keep one of them", "warning")
        if isinstance(queue, spec.Queue) and queue.limit is not None and queue.limit < queue.batch:
            message = f"nobody can hold a batch of {queue.batch} with a limit of {queue.limit}"
            yield Fault(locations.value("queue", "limit"), message, "make the limit at least one batch")
    for recipe in {id(each.spec): each for each in analysis.recipes.values()}.values():
        given = recipe.spec.instructions
        if isinstance(given, spec.Instructions) and given.pages and not (given.file or "").lower().endswith(".pdf"):
            yield Fault(
                recipe.locations.key("instructions", "pages"),
                "`pages` are for PDF files",
                "name one in `file`, or remove them",
            )
