"""A pipeline as written, not yet known to be right."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from workflow_core.domain.work import statuses
from workflow_core.pipeline.language import spec
from workflow_core.pipeline.language.findings import Fault, Location
from workflow_core.pipeline.language.locations import Locations, Step

ROUTING = frozenset(
    {"type", "on", "join", "reviews", "statuses", "extra_statuses", "max_visits", "on_max_visits", "assignees"}
)
"""Keys of a task that bear on where its items go, and on who may review them."""


@dataclass(frozen=True)
class ReadRecipe:
    """A recipe, from its own file or inline, with what its files of instructions hold."""

    spec: spec.Recipe
    locations: Locations
    file: str | None = None
    text: str | None = None


@dataclass
class Draft:
    """The file, its recipes and its graph. `faults` are what was found while reading, by rule.

    `now` is when the file is checked, where it matters that a date is past.
    """

    spec: spec.Pipeline
    locations: Locations
    recipes: dict[str, ReadRecipe] = field(default_factory=dict)
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    now: datetime | None = None

    def told(self, rule: str) -> Iterator[Fault]:
        """Yield what was found for a rule while reading."""
        return (fault for name, fault in self.faults if name == rule)

    def type_of(self, name: str) -> statuses.TaskType:
        """Return the task's type; where it is missing, what it looks like."""
        task = self.spec.tasks[name]
        if task.type:
            return task.type
        return "qa" if task.reviews or {"approved", "approve"} & set(task.on) else "annotation"

    def statuses_of(self, name: str) -> list[tuple[statuses.Status, tuple[Step, ...]]]:
        """Return what people may decide in a task, each with its path in the file; defaults have that of the task."""
        task, path = self.spec.tasks[name], ("tasks", name)
        found: list[tuple[statuses.Status, tuple[Step, ...]]] = []
        if task.statuses is None:
            found += [(status, path) for status in statuses.DEFAULTS[self.type_of(name)]]
        for key, listed in (("statuses", task.statuses or []), ("extra_statuses", task.extra_statuses)):
            for index, each in enumerate(listed):
                look = {"action": each.action, "color": each.color, "key": each.key}
                status = statuses.named(each.name, **look, incomplete=each.incomplete)
                found.append((status, (*path, key, index)))
        return found

    def location_of(self, status: tuple[Step, ...]) -> Location:
        """Return the location of a status by its path: where it is listed, or the task's name."""
        return self.locations.text(*status) if len(status) > 2 else self.locations.key(*status)

    def knows_statuses_of(self, name: str) -> bool:
        """Tell whether nothing of the task's statuses, nor its type, was left out."""
        gone = (self.locations.gone("tasks", name) | self.locations.strays) & {"statuses", "extra_statuses", "type"}
        keys = ("statuses", "extra_statuses")
        return (
            self.spec.tasks[name].type is not None
            and not gone
            and not any(self.locations.gone("tasks", name, key) for key in keys)
        )

    def people_of(self, name: str) -> frozenset[str]:
        """Return who is assigned to a task, by e-mail."""
        given = self.spec.tasks[name].assignees
        return frozenset(self.spec.teams.get(given, ()) if isinstance(given, str) else given or ())

    def routes_of(self, name: str) -> dict[str, tuple[str, list[str]]]:
        """Return the key in `on` and the targets, by status, an alias read as what it stands for."""
        offered = {status.name for status, _ in self.statuses_of(name)}
        routes: dict[str, tuple[str, list[str]]] = {}
        for key, targets in self.spec.tasks[name].on.items():
            status = key if key in offered else statuses.ALIASES.get(key, key)
            routes.setdefault(status, (key, [targets] if isinstance(targets, str) else targets))
        return routes

    def start(self) -> list[tuple[str, Location]]:
        """Return the tasks where items enter, with their locations."""
        given = self.spec.start
        if isinstance(given, str):
            return [(given, self.locations.value("start"))]
        if given:
            return [(name, self.locations.value("start", index)) for index, name in enumerate(given)]
        given_or_gone = {*self.spec.tasks, *self.locations.gone("tasks")}
        found = [(name, self.locations.key("tasks", name)) for name in given_or_gone]
        return sorted(found, key=lambda each: each[1].order)[:1]

    def targets(self) -> Iterator[tuple[str, Location]]:
        """Yield what statuses, routers and `on_max_visits` lead to, with its location."""
        for name, task in self.spec.tasks.items():
            for status, targets in task.on.items():
                path = ("tasks", name, "on", status)
                for index, target in enumerate(targets if isinstance(targets, list) else [targets]):
                    yield target, self.locations.value(*path, *([index] if isinstance(targets, list) else []))
            if task.on_max_visits is not None:
                yield task.on_max_visits, self.locations.value("tasks", name, "on_max_visits")
        for name, cases in self.spec.routers.items():
            for index, case in enumerate(cases):
                for key, to in (("to", case.to), ("else", case.else_)):
                    if to is not None:
                        yield to, self.locations.value("routers", name, index, key)

    @cached_property
    def missed(self) -> frozenset[str]:
        """The names that something leads to and nothing has: whatever else is said of one is no fault of its own."""
        return frozenset(name for name, _ in self.targets() if name not in self.names)

    @cached_property
    def is_whole(self) -> bool:
        """Whether nothing that bears on where items go was left out."""
        gone, spec = self.locations.gone, self.spec
        lists: list[tuple[Step, ...]] = [
            ("start",),
            ("tasks",),
            ("routers",),
            *(("routers", name) for name in spec.routers),
        ]
        lists += [("routers", name, index) for name, cases in spec.routers.items() for index in range(len(cases))]
        for name, task in spec.tasks.items():
            lists += [("tasks", name, key) for key in ("on", "reviews", "statuses", "extra_statuses")]
            lists += [("tasks", name, "on", status) for status in task.on]
        typed = all(task.type for task in spec.tasks.values())
        return not (
            self.locations.strays
            or not spec.tasks
            or not typed
            or gone() & {"start", "tasks", "routers", "exits"}
            or any(gone("tasks", name) & ROUTING for name in spec.tasks)
            or any(gone(*path) for path in lists)
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that a route may lead to, also of what was left out as faulty."""
        given = (*self.spec.tasks, *self.spec.routers, *self.spec.exits)
        gone = (self.locations.gone(key) for key in ("tasks", "routers", "exits"))
        return frozenset((*given, "approved", "discarded")).union(*gone)
