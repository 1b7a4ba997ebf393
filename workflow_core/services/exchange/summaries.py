"""What came of a source that was read, and of a file of annotations, as people are told it."""

from collections import Counter
from collections.abc import Iterator

from workflow_core.domain.views.exchange import Brought, JobFault, Synced
from workflow_core.domain.words.wording import counted
from workflow_core.services.exchange.imports import Imported
from workflow_core.services.exchange.ingestion import Ingested

EXAMPLES = 3
"""Of how many files the names are told."""
SAME = "(the same item, label, shape or box around it, attributes and maker)"


def synced(done: Ingested) -> Synced:
    """Return what came of a source as it is told: the causes of what is no item, and what became of known ones."""
    names: dict[str, list[str]] = {}
    for skipped in done.skipped:
        names.setdefault(f"no item: {skipped.reason}", []).append(skipped.uri.rpartition("/")[2])
    for one in done.became:
        names.setdefault(one.kind, []).append(str(one))
    faults = [JobFault(message=each, count=len(of), examples=of[:EXAMPLES]) for each, of in names.items()]
    counts = {"new": done.new, "present": done.present, "entered": done.entered, "erased": done.erased}
    return Synced(pipeline=done.pipeline, **counts, refused=done.refused, told=str(done), faults=faults)


def brought(done: Imported, *, would: bool) -> Brought:
    """Return what came of an import as it is told, or `would` come of it."""
    problems, effects = done.problems, done.effects
    return Brought(
        new=done.new,
        present=done.present,
        left_out=problems.left_out,
        noted=problems.noted,
        reopened=done.reopened,
        withdrawn=dict(Counter(one.task for one in effects.task_items)),
        exits=dict(Counter(effects.exits)),
        exported=effects.exported,
        told=[*map(str, problems.listed), *_lines(done, would=would)],
        faults=[JobFault(**vars(one)) for one in problems.listed],
    )


def _lines(done: Imported, *, would: bool) -> Iterator[str]:
    present = f", {done.present:,} there already {SAME}" if done.present else ""
    left_out = f", {done.problems.left_out:,} left out" if done.problems.left_out else ""
    yield f"{counted(done.new, 'annotation')} {'would come' if would else 'came'} in{present}{left_out}"
    if not done.reopened:
        return
    yield f"{'would re-open' if would else 're-opened'} {counted(done.reopened, 'task item')}"
    for (task, state), count in Counter((each.task, each.state) for each in done.effects.task_items).items():
        yield f"withdrawn: {counted(count, 'item')} of {task}{', open with somebody' if state == 'claimed' else ''}"
    for exit_, count in Counter(done.effects.exits).items():
        yield f"back from the exit {exit_}: {counted(count, 'item')}"
    if done.effects.exported:
        yield f"exported already: {counted(done.effects.exported, 'item')}"
