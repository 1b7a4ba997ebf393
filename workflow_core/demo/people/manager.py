"""The manager at work: replaces somebody who leaves in mid-work, deals anew what is heaped up with one person."""

from datetime import UTC, datetime

from workflow_core.demo.people.crew import Crew
from workflow_core.domain.measures.reports import By
from workflow_core.domain.words.wording import counted
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.services import people
from workflow_core.services.managers import figures, staff
from workflow_core.services.overviews import tasks
from workflow_core.store.database.engine import Engine, session_scope

LEAVES, LEVELS = 0.3, 0.6
"""With this share of the items through, somebody leaves; with this, the manager looks who has too much."""
NEWCOMER = "hal@example.org"


class Manager:
    """Who answers for the tasks of a pipeline."""

    def __init__(self, engine: Engine, pipeline: Pipeline, crew: Crew) -> None:
        self.said: list[str] = []
        """What was changed, in sentences."""
        self._engine, self._pipeline, self._crew = engine, pipeline, crew
        self._due = [(LEAVES, self._replace), (LEVELS, self._level)]

    def look(self, through: float) -> None:
        """Do what is due, now that this share of the items is through."""
        if self._due and through >= self._due[0][0]:
            self._due.pop(0)[1]()

    def _replace(self) -> None:
        """Let the annotator with the most tasks leave in the middle of them, and somebody new take over."""
        annotators = {e: ts for e, ts in self._crew.at_work.items() if all(t.type == "annotation" for t in ts)}
        leaver = max(annotators, key=lambda email: (len(annotators[email]), email))
        left = {task.name: task for task in self._crew.leave(leaver)}
        moved: dict[str, int] = {}
        now = datetime.now(UTC)
        with session_scope(self._engine) as session:
            actor = people.person(session, email=self._boss)
            for task in tasks.named(session, actor=actor, named=self._pipeline.name, project=self._pipeline.project):
                if task.name in left:
                    handed = staff.reassign(
                        session, actor=actor, task_id=task.id, old=leaver, new=NEWCOMER, now=now, end_claims=True
                    )
                    moved[task.name] = sum(handed.given.values()) + handed.pool
        self._crew.join(NEWCOMER, list(left.values()))
        told = ", ".join(f"{count} in {task}" for task, count in moved.items() if count)
        took = f"{_short(NEWCOMER)} took over {counted(sum(moved.values()), 'item')}"
        self.said.append(f"{_short(leaver)} left in mid-work; {took}{f': {told}' if told else ''}")

    def _level(self) -> None:
        """Deal anew what waits in the task where one person has most more than another."""
        now = datetime.now(UTC)
        with session_scope(self._engine) as session:
            actor = people.person(session, email=self._boss)
            found = tasks.named(session, actor=actor, named=self._pipeline.name, project=self._pipeline.project)
            ids = {task.name: task.id for task in found if not task.from_pool}
            queued: dict[str, list[int]] = {name: [] for name in ids}
            for row in figures.of_tasks(session, actor=actor, task_ids=ids.values(), by=By.PERSON, now=now):
                if row.task and row.person in self._crew.at_work:
                    queued[row.task].append(row.states.get("queued", 0))
            spread = {name: max(counts, default=0) - min(counts, default=0) for name, counts in queued.items()}
            name = max(spread, key=lambda name: spread[name])
            if spread[name] < 2:
                return
            handed = staff.redistribute(session, actor=actor, task_id=ids[name], now=now)
        total, shares = sum(handed.given.values()), sorted(handed.given.items())
        told = ", ".join(f"{_short(email)} {count}" for email, count in shares)
        self.said.append(f"{_short(self._boss)} dealt the {counted(total, 'item')} that waited in {name} anew: {told}")

    @property
    def _boss(self) -> str:
        assert self._pipeline.manager is not None
        return self._pipeline.manager


def _short(email: str) -> str:
    return email.partition("@")[0]
