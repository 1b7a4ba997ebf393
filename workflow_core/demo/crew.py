"""The simulated team at work: a thread for each person, through the same services as people."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

from workflow_core.demo.scene.outline import TruthShape
from workflow_core.demo.team import Persona, Work, annotate, persona, review
from workflow_core.errors import AnnoflowError
from workflow_core.pipeline.compiled import Pipeline, Task
from workflow_core.services import people, tracing, work
from workflow_core.store.database import Engine, session_scope

IDLE = 0.12
"""Seconds after which somebody without work looks again."""


class Crew:
    """Everybody of a pipeline. `tempo` is how many seconds a usual item takes them."""

    def __init__(
        self,
        engine: Engine,
        pipeline: Pipeline,
        sizes: Mapping[int, tuple[str, int, int]],
        truths: Mapping[int, tuple[TruthShape, ...]],
        *,
        seed: int,
        tempo: float,
    ) -> None:
        """Take the items' names and sizes by id, and what is on them, where that is known."""
        self.acknowledged: dict[int, float] = {}
        """Events of the statuses that were acknowledged, and when, on the monotonic clock."""
        self.failures: list[str] = []
        self._engine, self._pipeline, self._seed, self._tempo = engine, pipeline, seed, tempo
        self._sizes, self._truths = sizes, truths
        self._times: Counter[tuple[str, int]] = Counter()
        self._stop = threading.Event()
        with session_scope(engine, read_only=True) as session:
            self._ids = tracing.task_ids(session, project=pipeline.project, pipeline=pipeline.name)
        emails = sorted({email for task in pipeline.tasks.values() for email in task.assignees})
        self._threads = [threading.Thread(target=self._day, args=(email,), name=email, daemon=True) for email in emails]

    def start(self) -> None:
        """Let everybody begin."""
        # All of them are threads of one process: with the usual 5 ms, one who has the database's only writer
        # would often wait for others who only think.
        sys.setswitchinterval(0.0005)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let everybody finish what they are at."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)
        sys.setswitchinterval(0.005)

    def _day(self, email: str) -> None:
        who, rng = persona(email, self._seed), Random(email)
        tasks = [task for task in self._pipeline.tasks.values() if email in task.assignees]
        with session_scope(self._engine, read_only=True) as session:
            actor = people.person(session, email=email)
        while not self._stop.is_set():
            rng.shuffle(tasks)
            # one item of each task in turn, so that no task is starved by another
            if not sum(self._next(who, actor, task) for task in tasks):
                self._stop.wait(IDLE)

    def _next(self, who: Persona, actor: Any, task: Task) -> bool:
        """Do one item of a task; False where there is none."""
        try:
            with session_scope(self._engine) as session:
                place = work.claim_next(session, actor=actor, task_id=self._ids[task.name], now=datetime.now(UTC))
            if place is None:
                return False
            done = self._does(who, task, place.item_id)
            self._stop.wait(done.seconds * self._tempo)
            with session_scope(self._engine) as session:
                submitted = work.submit(
                    session,
                    actor=actor,
                    place_id=place.id,
                    status=done.status,
                    token=place.token,
                    annotations=done.marks,
                    now=datetime.now(UTC),
                )
            self.acknowledged[submitted.event_id] = time.monotonic()
        except AnnoflowError as error:
            self.failures.append(f"{who.email} in {task.name}: {error}")
            self._stop.wait(IDLE)
        return True

    def _does(self, who: Persona, task: Task, item_id: int) -> Work:
        name, width, height = self._sizes[item_id]
        truth = self._truths.get(item_id)
        self._times[task.name, item_id] += 1
        visit = self._times[task.name, item_id]
        task_id = self._ids[task.name] if task.type == "annotation" else None
        with session_scope(self._engine, read_only=True) as session:
            present = [_as_submitted(one) for one in tracing.drawn(session, item_ids=[item_id], task_id=task_id)]
        if task.type == "annotation":
            size = (width, height)
            return annotate(who, task.recipe, truth, item=name, size=size, seed=self._seed, visit=visit, before=present)
        return review(
            who,
            task.recipe,
            truth,
            present,
            statuses=[status.name for status in task.statuses],
            item=name,
            seed=self._seed,
            visit=visit,
            reason=_sent_back(self._pipeline, task),
        )


def _as_submitted(annotation: Mapping[str, Any]) -> dict[str, Any]:
    return {key: annotation[key] for key in ("id", "label", "tool", "geometry", "attributes")}


def _sent_back(pipeline: Pipeline, task: Task) -> Mapping[str, Sequence[str]]:
    """Return for each status that leads back to an annotation task the labels of that task."""
    found = {}
    for status, targets in task.routes.items():
        back = [pipeline.tasks[t.name] for t in targets if t.kind == "task"]
        labels = [label.name for one in back if one.type == "annotation" for label in one.recipe.labels]
        if labels:
            found[status] = labels
    return found
