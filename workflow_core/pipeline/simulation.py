"""Play one item through a compiled pipeline: the rules of moving for a single item, without any storage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workflow_core.domain.items import filter_terms, filters
from workflow_core.domain.items.sampling import SCALE
from workflow_core.domain.words.wording import counted
from workflow_core.domain.work import statuses
from workflow_core.errors import InvalidInput
from workflow_core.pipeline.compiled import Pipeline, Router, Target, Task

MOST_HOPS = 64
"""How many routers or diversions may follow one another, as in the store."""


@dataclass
class Item:
    """What is known of the item that is played, and where it is."""

    folder: str = "/"
    name: str = "item.jpg"
    metadata: Mapping[str, object] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    statuses: dict[str, str] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    """The tasks where it waits to be worked on."""
    path: list[str] = field(default_factory=list)
    """The tasks and routers that it came to, in order."""
    exit: str | None = None
    stuck: str | None = None
    """Why it cannot go on."""

    @property
    def facts(self) -> filter_terms.ItemFacts:
        """Return what a filter may ask."""
        return filter_terms.ItemFacts(self.folder, self.name, self.metadata, self.labels, self.statuses, self.visits)


class Simulation:
    """One item on its way. `draw` gives the item's draw, from 0 to 1, at the router of that name."""

    def __init__(self, pipeline: Pipeline, item: Item, draw: Callable[[str], float]) -> None:
        self.pipeline, self.item, self._draw = pipeline, item, draw
        self._clock = 0
        self._decided: dict[str, int] = {}
        self._reached: set[tuple[int, str]] = set()
        for name in pipeline.start:
            self._arrive(Target("task", name), 0)

    def set_status(self, task: str, status: str) -> None:
        """Let somebody set a status in a task; InvalidInput says why it cannot be."""
        item = self.item
        if task not in self.pipeline.tasks:
            raise InvalidInput(f'there is no task "{task}"; there are {", ".join(self.pipeline.tasks)}')
        if task not in item.open:
            raise InvalidInput(f'nothing is to be done in "{task}": {self.whereabouts()}')
        found = statuses.resolve(status, self.pipeline.tasks[task].statuses)
        self._clock += 1
        item.open.remove(task)
        item.statuses[task] = found.name
        self._decided[task] = self._clock
        targets = [self._through_routers(target) for target in self.pipeline.tasks[task].routes[found.name]]
        ways_out = [target for target in targets if target and target.kind == "exit"]
        for target in ways_out[:1] or [target for target in targets if target]:
            self._arrive(target, self._clock)

    def whereabouts(self) -> str:
        """Say where the item is."""
        if self.item.exit:
            return f'the item left by "{self.item.exit}"'
        if self.item.open:
            tasks = " and ".join(f'"{name}"' for name in self.item.open)
            return f"the item is in {tasks}"
        return f"the item is stuck: {self.item.stuck}" if self.item.stuck else "the item waits for another branch"

    def _arrive(self, target: Target, cause: int, hops: int = 0) -> None:
        if target.kind == "exit":
            self.item.exit = target.name
            self.item.open.clear()
            return
        task = self.pipeline.tasks[target.name]
        if hops == 0 and task.branches:
            self._reached.add((cause, task.name))
            if not self._complete(task):
                return
        visit = self.item.visits.get(task.name, 0)
        if task.name in self.item.open:
            return
        if task.max_visits is not None and visit >= task.max_visits:
            self._divert(task, cause, hops)
            return
        self.item.visits[task.name] = visit + 1
        self.item.statuses.pop(task.name, None)
        self.item.path.append(task.name)
        self.item.open.append(task.name)

    def _divert(self, task: Task, cause: int, hops: int) -> None:
        onward = self._through_routers(task.on_max_visits) if task.on_max_visits and hops < MOST_HOPS else None
        if onward:
            self._arrive(onward, cause, hops + 1)
        elif not self.item.stuck:
            allowed = counted(task.max_visits or 0, "visit")
            self.item.stuck = f'more than {allowed} to "{task.name}"'

    def _complete(self, join: Task) -> bool:
        """Tell whether nothing inside the fork is open, and each branch's last status led to its join."""
        inside = {name for branch in join.branches for name in branch}
        if inside & set(self.item.open) or self.item.stuck:
            return False
        last = (max((self._decided.get(name, 0) for name in branch), default=0) for branch in join.branches)
        return all((moment, join.name) in self._reached for moment in last)

    def _through_routers(self, target: Target) -> Target | None:
        for _ in range(MOST_HOPS):
            if target.kind != "router":
                return target
            self.item.path.append(target.name)
            chosen = self._choose(self.pipeline.routers[target.name])
            if chosen is None:
                self.item.stuck = f'no case of "{target.name}" takes it'
                return None
            target = chosen
        self.item.stuck = "too many routers in a row"
        return None

    def _choose(self, router: Router) -> Target | None:
        for case in router.cases:
            if case.where is not None and not filter_terms.matches(filters.parse(case.where), self.item.facts):
                continue
            if case.share is not None:
                low, high = case.share
                if not low <= int(self._draw(router.name) * SCALE) < high:
                    continue
            return case.to
        return None
