"""What Prefect shows of the moving: a task run for each window in which something moved, an artifact per pipeline."""

import contextvars
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from hashlib import blake2s

from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import TaskRunContext
from prefect.events import emit_event
from prefect.states import Completed
from prefect.utilities.annotations import quote

from flows.deployments import FINISHED, resource_of
from flows.runs import Ended
from workflow_core.domain.words.wording import counted
from workflow_core.services.running import moves
from workflow_core.services.running.moves import Moved
from workflow_core.store.database.engine import Engine, session_scope

LONGEST = 60.0
"""Seconds a window lasts at most."""
QUIET = 15.0
"""Seconds without a move that end a window: four task runs a minute at most, however the statuses come."""
NAMED = 4
"""Tasks and exits that a task run's name shows; its message shows all."""

Counts = Counter[tuple[str, str]]

log = logging.getLogger("annoflow.mover")


def said(counts: Counts, *, most: int | None = None) -> str:
    """Say how many items went where.

    >>> said(Counter({("dashcam", "qa"): 3, ("dashcam", "expert"): 1}))
    'dashcam: qa 3, expert 1'
    """
    by_pipeline: dict[str, list[str]] = {}
    shown = counts.most_common(most)
    for (pipeline, at), count in shown:
        by_pipeline.setdefault(pipeline, []).append(f"{at} {count}")
    text = "; ".join(f"{pipeline}: {', '.join(parts)}" for pipeline, parts in by_pipeline.items())
    return text + (f" and {len(counts) - len(shown)} more" if len(shown) < len(counts) else "")


def artifact_key(project: str, pipeline: str) -> str:
    """Return the pipeline's artifact key, which Prefect wants in small letters, digits and dashes.

    >>> artifact_key("road", "dashcam"), artifact_key("road", "Größe 2")
    ('annoflow-road-dashcam-92da698f', 'annoflow-road-gr-e-2-8c2aae9b')
    """
    slug = re.sub(r"[^a-z0-9]+", "-", f"{project} {pipeline}".lower()).strip("-")
    digest = blake2s(resource_of(project, pipeline).encode(), digest_size=4).hexdigest()
    return f"annoflow-{slug}-{digest}".replace("--", "-")


class Window:
    """The moves of one window: those that come from `moves` until it is full, quiet or over."""

    def __init__(self, first: Moved, moves: Iterator[Moved]) -> None:
        self._moves = moves
        self.routed = 0
        self.counts: Counts = Counter()
        self.pipeline_ids: set[int] = set()
        self._add(first)

    def fill(self) -> None:
        """Go on moving until the window is over."""
        start = last = time.monotonic()
        for moved in self._moves:
            now = time.monotonic()
            if moved:
                self._add(moved)
                last = now
            if now - start >= LONGEST or now - last >= QUIET:
                return

    def _add(self, moved: Moved) -> None:
        self.routed += moved.routed
        self.pipeline_ids.add(moved.pipeline_id)
        self.counts.update(moved.arrivals)


@task(name="window", task_run_name="moving since {since}", cache_policy=NO_CACHE, persist_result=False)
def fill(window: Window, since: str, engine: Engine) -> Ended:
    """Move items for a window; the run's name and message say how many went where."""
    inner: Window = window
    inner.fill()
    run = TaskRunContext.get()
    statuses = counted(inner.routed, "status")
    if run is not None:
        run.task_run.name = f"{statuses} → {said(inner.counts, most=NAMED)}"
    _show_positions(engine, inner.pipeline_ids)
    return Completed(message=f"{statuses} routed, since {since} UTC: {said(inner.counts)}")


def record(moves: Iterator[Moved], engine: Engine) -> Counts:
    """Let all of `moves` happen, in windows; none is opened while nothing moves."""
    total: Counts = Counter()
    for moved in moves:
        if moved:
            window = Window(moved, moves)
            state = fill(quote(window), f"{datetime.now(UTC):%H:%M:%S}", quote(engine), return_state=True)
            if not state.is_completed():
                state.result()
            total.update(window.counts)
    return total


_showing: list[threading.Thread] = []


def _show_positions(engine: Engine, pipeline_ids: Collection[int]) -> None:
    """Write each pipeline's artifact beside the work: with Prefect's server gone, a call takes over a minute."""
    if any(thread.is_alive() for thread in _showing):
        return
    _showing.clear()
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(_write_artifacts, engine, pipeline_ids), daemon=True)
    thread.start()
    _showing.append(thread)


def await_artifacts(seconds: float = 5.0) -> None:
    """Give the last artifacts time to be written before the process ends."""
    for thread in _showing:
        thread.join(seconds)


def _write_artifacts(engine: Engine, pipeline_ids: Collection[int]) -> None:
    for pipeline_id in sorted(pipeline_ids):
        with session_scope(engine, read_only=True) as session:
            found = moves.where(session, pipeline_id=pipeline_id)
        counts, now = dict(found.counts), datetime.now(UTC)
        try:
            create_table_artifact(
                key=artifact_key(found.project, found.pipeline),
                table=[{"at": at, "items": count} for at, count in counts.items()],
                description=f"Where items of **{found.pipeline}** of {found.project} are, {now:%Y-%m-%d %H:%M:%S} UTC",
            )
        except Exception as error:
            log.warning("no artifact for %s: %s", found.pipeline, error)
            return
        if not found.in_motion:
            resource = {"prefect.resource.id": resource_of(found.project, found.pipeline)}
            emit_event(FINISHED, resource=resource, payload=counts)
