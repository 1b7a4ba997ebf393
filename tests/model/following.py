"""Which version of the pipeline an item follows in the model, and which tasks are left when nobody follows theirs."""

from model.moving import Moving
from model.state import MANUAL, OPEN, Claim, Entry
from workflow_core.pipeline.compiled import Pipeline


class Following(Moving):
    """Items are taken along to the present version."""

    def close_left(self) -> None:
        going_on = [entry.version for entry in self.entries.values() if entry.exit is None]
        for name in self.tasks.keys() - {MANUAL} - self.present.tasks.keys():
            there = any(task == name and task_item.state in OPEN for (_, task), task_item in self.task_items.items())
            if there:
                self.closed.discard(name)
            elif not any(name in version.tasks for version in going_on):
                self.closed.add(name)

    def follow_present(self) -> None:
        """Let those follow the present version who can."""
        for item, entry in self.entries.items():
            if entry.exit is None and self._can_follow(item, entry):
                entry.version = self.present

    def _can_follow(self, item: int, entry: Entry) -> bool:
        if entry.held is not None and entry.held not in self.present.exits:
            return False
        going_on = [
            (name, task_item)
            for (_, name), task_item in self.of(item)
            if task_item.state in OPEN or task_item.routing in ("pending", "parked")
        ]
        return all(
            name in self.present.tasks
            and self._has_route(name, task_item)
            and _fork(self.present, name) == _fork(entry.version, name)
            for name, task_item in going_on
        )

    def _has_route(self, name: str, task_item: Claim) -> bool:
        status = task_item.status or (task_item.kept.status if task_item.kept else None)
        return status is None or status in self.present.tasks[name].routes


def _fork(version: Pipeline, name: str) -> object:
    """Return the fork in which a task lies: its join, its branches, their first tasks, and the task's own branch."""
    routes = [way for task in version.tasks.values() for way in task.routes.values()]
    ways = [{*version.start}, *({to.name for to in way} for way in routes)]
    for join, task in version.tasks.items():
        branches = {frozenset(branch) for branch in task.branches}
        for branch in branches:
            if name in branch:
                first = {frozenset(way) for way in ways if len(way) > 1 and all(way & one for one in branches)}
                return join, branches, first, branch
    return None
