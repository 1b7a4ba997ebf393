"""The simulated team at work: a thread for each person, through the same services as people."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from workflow_core.demo.material import Given
from workflow_core.demo.people.team import Known, Persona, Verdict, Work, annotate, fix, persona, review
from workflow_core.errors import AnnoflowError
from workflow_core.pipeline.compiled import Pipeline, Task
from workflow_core.services import people
from workflow_core.services.contributors import annotation_sets, comments, work
from workflow_core.services.overviews import tasks
from workflow_core.services.reviewers import reviews
from workflow_core.store.database.engine import Engine, session_scope

IDLE = 0.12
"""Seconds after which somebody without work looks again."""
UNKNOWN = Given("", "", Path(), (640, 360), {}, ())
"""A picture that somebody else has brought: nothing is on it."""


class Crew:
    """Everybody of a pipeline. `tempo` is how many seconds a usual item takes them."""

    def __init__(
        self,
        engine: Engine,
        pipeline: Pipeline,
        given: Mapping[int, Given],
        *,
        seed: int,
        tempo: float,
        idle: float = IDLE,
        but: Collection[str] = (),
        who: Callable[[str], Persona] | None = None,
    ) -> None:
        """Take the pictures, and what is on them, by the ids of their items.

        Those left out by `but` are not simulated; `who` says what somebody is like, by default the seed does.
        """
        self.acknowledged: dict[int, float] = {}
        """Events of the statuses that were acknowledged, and when, on the monotonic clock."""
        self.failures: list[str] = []
        self.at_work: dict[str, list[Task]] = {}
        """Who is there, and what they work on."""
        self.tempo = tempo
        self.resting = False
        """Whether nobody begins anything for the moment."""
        self._engine, self._pipeline, self._seed = engine, pipeline, seed
        self._given = given
        self._idle = idle
        self._who = who or partial(persona, seed=seed)
        self._times: Counter[tuple[str, int]] = Counter()
        self._people: dict[str, Any] = {}
        self._gone: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._started = False
        with session_scope(engine, read_only=True) as session:
            known = tasks.named(session, actor=None, named=pipeline.name, project=pipeline.project)
            self._ids = {task.name: task.id for task in known}
        for email in sorted({email for task in pipeline.tasks.values() for email in task.assignees} - set(but)):
            self._welcome(email, [task for task in pipeline.tasks.values() if email in task.assignees])

    def _welcome(self, email: str, tasks: Sequence[Task]) -> None:
        self.at_work[email] = list(tasks)
        with session_scope(self._engine, read_only=True) as session:
            self._people[email] = people.person(session, email=email)
        self._gone[email] = threading.Event()
        self._threads[email] = threading.Thread(target=self._day, args=(email,), name=email, daemon=True)

    def start(self) -> None:
        """Let everybody begin."""
        # All of them are threads of one process: with the usual 5 ms, one who has the database's only writer
        # would often wait for others who only think.
        sys.setswitchinterval(0.0005)
        self._started = True
        for thread in self._threads.values():
            thread.start()

    def leave(self, email: str) -> list[Task]:
        """Let somebody go home in the middle of an item; return what they worked on."""
        self._gone[email].set()
        if self._started:
            self._threads[email].join(timeout=10)
        return self.at_work.pop(email)

    def join(self, email: str, tasks: Sequence[Task]) -> None:
        """Let somebody new begin; before the start, they begin with the others."""
        self._welcome(email, tasks)
        if self._started:
            self._threads[email].start()

    def stop(self) -> None:
        """Let everybody put down what they are at."""
        for email in list(self.at_work):
            self._gone[email].set()
        for email in self.at_work:
            self._threads[email].join(timeout=10)
        sys.setswitchinterval(0.005)

    def _day(self, email: str) -> None:
        while not self._gone[email].is_set():
            if self.resting or not self.turn(email):
                self._gone[email].wait(self._idle)

    def turn(self, email: str) -> int:
        """Let somebody do one item of each of their tasks, so that none is starved; return how many they did."""
        tasks = Random(f"{email}/{len(self.acknowledged)}").sample(self.at_work[email], len(self.at_work[email]))
        return sum(self._next(email, task) for task in tasks)

    def _next(self, email: str, task: Task) -> bool:
        """Do one item of a task; False where there is none."""
        actor = self._people[email]
        try:
            with session_scope(self._engine) as session:
                claimed = work.claim_next(session, actor=actor, task_id=self._ids[task.name], now=datetime.now(UTC))
            if claimed is None:
                return False
            done = self._thought(actor, task, claimed)
            if self._gone[email].wait(done.seconds * self.tempo):
                return False
            event = self._act(actor, claimed, done)
            if event is not None:
                self.acknowledged[event] = time.monotonic()
        except AnnoflowError as error:
            self.failures.append(f"{email} in {task.name}: {error}")
            self._gone[email].wait(self._idle)
        return True

    def _thought(self, actor: Any, task: Task, claimed: Any) -> Work | Verdict:
        """Decide what to do with an item, from what is there."""
        who = self._who(actor.email)
        picture = self._given.get(claimed.item_id, UNKNOWN)
        name, truth = picture.name, picture.truth or ()
        task_id = claimed.task_id if task.type == "annotation" else None
        with session_scope(self._engine, read_only=True) as session:
            there = annotation_sets.of_item(session, item_id=claimed.item_id, task_id=task_id)
            issues = [
                Known(one.id, one.geometry or {}, one.state == "open", one.rounds)
                for one in comments.waiting_for(session, actor=actor, task_item_id=claimed.id)
            ]
        drawn = [{key: value for key, value in one.items() if key != "by"} for one in there]
        opened = [issue for issue in issues if issue.is_open]
        given: dict[str, Any] = {"item": name, "size": picture.size, "seed": self._seed}
        if task.type == "annotation" and opened:
            return fix(who, task.recipe, truth, drawn, opened, **given)
        self._times[task.name, claimed.item_id] += 1
        visit = self._times[task.name, claimed.item_id]
        if task.type == "annotation":
            return annotate(who, task.recipe, truth, visit=visit, before=drawn, **given)
        return review(
            who,
            [self._pipeline.tasks[reviewed].recipe for reviewed in task.reviews],
            truth,
            drawn,
            issues,
            statuses=[status.name for status in task.statuses],
            item=name,
            seed=self._seed,
            visit=visit,
            back=_sent_back(self._pipeline, task),
        )

    def _act(self, actor: Any, claimed: Any, done: Work | Verdict) -> int | None:
        """Do it, as one request would; return the event of the status, if one was set."""
        now = datetime.now(UTC)
        with session_scope(self._engine) as session:
            if isinstance(done, Work):
                for issue in done.fixed:
                    reviews.fix(session, actor=actor, issue_id=issue, now=now)
            else:
                for issue in done.approved:
                    reviews.approve(session, actor=actor, issue_id=issue, now=now)
                for issue in done.reopened:
                    reviews.reopen(session, actor=actor, issue_id=issue, now=now, text="It is still as it was.")
                for fault in done.flags:
                    reviews.flag(
                        session,
                        actor=actor,
                        task_item_id=claimed.id,
                        kind=fault.kind,
                        annotation_id=fault.mark["id"] if fault.mark else None,
                        label=None if fault.mark else fault.label,
                        geometry=fault.geometry,
                        now=now,
                    )
            if done.status is None:
                return None
            return work.submit(
                session,
                actor=actor,
                task_item_id=claimed.id,
                status=done.status,
                token=claimed.token,
                annotations=done.marks if isinstance(done, Work) else None,
                now=now,
            ).event_id


def _sent_back(pipeline: Pipeline, task: Task) -> Mapping[str, Sequence[str]]:
    """Return for each status that leads back to an annotation task the labels of that task."""
    found = {}
    for status, targets in task.routes.items():
        back = [pipeline.tasks[t.name] for t in targets if t.kind == "task"]
        labels = [label.name for one in back if one.type == "annotation" for label in one.recipe.labels]
        if labels:
            found[status] = labels
    return found
