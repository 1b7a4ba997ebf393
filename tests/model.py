"""A pure model of how items move: the rules of the design in plain Python, independent of the SQL.

It says all that is determined. Which of several eligible people gets an item is not: there the model takes what
the tables say (`adopt`) after checking that it was allowed and that the shares are exact.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from workflow_core.domain import allocation, sampling
from workflow_core.pipeline.compiled import Pipeline, Target, Task

OPEN = ("queued", "claimed")
ANYBODY = "?"
"""A holder that the rules leave open, until it is adopted."""
DIVERSIONS = 8


@dataclass
class Place:
    """An item in a task; `number` orders statuses, `led_to` are the joins at which the present one arrived."""

    state: str = "queued"
    status: str | None = None
    visit: int = 1
    who: str | None = None
    routing: str | None = None
    parked: str | None = None
    number: int = 0
    led_to: set[str] = field(default_factory=set)
    kept: tuple[str, bool, int, set[str]] | None = None

    def seen(self):
        return self.state, self.status, self.visit, self.who, self.routing, self.parked


@dataclass
class Entry:
    version: Pipeline
    exit: str | None = None


@dataclass
class Arrival:
    item: int
    target: Target
    source: str | None = None
    number: int = 0
    """The number of the status that led here."""


@dataclass
class Model:
    """Everything annoflow should know; items and assignments by their keys in the database."""

    present: Pipeline | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    team: dict[str, dict[str, float]] = field(default_factory=dict)
    """The active assignments of a task, with their weights."""
    reviews: dict[str, set[str]] = field(default_factory=dict)
    assignments: dict[tuple[str, str], int] = field(default_factory=dict)
    allotted: Counter[int] = field(default_factory=Counter)
    inactive: set[str] = field(default_factory=set)
    meta: dict[int, dict[str, object]] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    places: dict[tuple[int, str], Place] = field(default_factory=dict)
    authors: defaultdict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    statuses: int = 0
    open_shares: list[tuple[str, list[int], dict[int, int]]] = field(default_factory=list)
    """Items whose holder is not adopted yet: how many of them each assignment must have."""

    # -- what people and managers do

    def deploy(self, version: Pipeline) -> None:
        self.present = version
        for task in version.tasks.values():
            before = self.tasks.get(task.name)
            if before is None or dict(before.assignees) != dict(task.assignees):
                self.team[task.name] = dict(task.assignees)
            # A task that the file has no more is still reviewed: items on their way have its work.
            gone = self.reviews.get(task.name, set()) - version.tasks.keys()
            self.reviews[task.name] = {*task.reviews} | gone
            self.tasks[task.name] = task
            self.closed.discard(task.name)
        self.close_left()

    def close_left(self) -> None:
        going_on = [entry.version for entry in self.entries.values() if entry.exit is None]
        for name in self.tasks:
            if name not in self.present.tasks and not any(name in version.tasks for version in going_on):
                self.closed.add(name)

    def enter(self, item: int, meta: dict[str, object]) -> None:
        self.meta[item] = meta

    def take_in(self) -> None:
        new = [item for item in sorted(self.meta) if item not in self.entries]
        for item in new:
            self.entries[item] = Entry(self.present)
        self._place([Arrival(item, Target("task", name)) for item in new for name in self.present.start])

    def eligible(self, task: str, item: int) -> set[str]:
        """Who may take an item: active, and no author of what is reviewed."""
        return {
            person
            for person in self.team[task]
            if person not in self.inactive and person not in self.forbidden(task, item)
        }

    def forbidden(self, task: str, item: int) -> set[str]:
        spec = self.tasks[task]
        if spec.type != "qa" or spec.review_own:
            return set()
        wrote = set().union(*(self.authors[item, name] for name in self.reviews[task]), set())
        return wrote & self.team[task].keys()

    def held(self, task: str, who: str) -> list[int]:
        return [i for (i, t), p in self.places.items() if t == task and p.state == "claimed" and p.who == who]

    def own(self, task: str, who: str) -> list[int]:
        return [i for (i, t), p in self.places.items() if t == task and p.state == "queued" and p.who == who]

    def pool(self, task: str, who: str) -> list[int]:
        wrote = self.forbidden_ever(task, who)
        return [
            i
            for (i, t), p in self.places.items()
            if t == task and p.state == "queued" and p.who is None and i not in wrote
        ]

    def forbidden_ever(self, task: str, who: str) -> set[int]:
        return {item for item in self.entries if who in self.forbidden(task, item)}

    def claims(self, task: str, who: str) -> tuple[list[int], int]:
        """From which items a claim takes how many."""
        if self.held(task, who):
            return [], 0
        if own := self.own(task, who):
            return own, 1
        pool = self.pool(task, who)
        queue = self.tasks[task].queue
        return pool, min(len(pool), min(queue.batch, queue.limit) if queue else 1)

    def claimed(self, task: str, who: str, items: list[int]) -> None:
        for item in items:
            place = self.places[item, task]
            place.state, place.who, place.parked = "claimed", who, None

    def may_submit(self, task: str, item: int, who: str) -> bool:
        place = self.places[item, task]
        return (
            who in self.team[task]
            and who not in self.inactive
            and task not in self.closed
            and place.state in OPEN
            and place.who in (None, who)
            and who not in self.forbidden(task, item)
        )

    def submit(self, task: str, item: int, who: str, status: str) -> None:
        place = self.places[item, task]
        self.statuses += 1
        place.state, place.status, place.who, place.routing, place.parked = "submitted", status, who, "pending", None
        place.number, place.led_to, place.kept = self.statuses, set(), None
        self.authors[item, task].add(who)

    def end_claim(self, task: str, item: int) -> None:
        place = self.places[item, task]
        place.state = "queued"
        if self.tasks[task].queue:
            place.who = None

    def sweep(self, expired: list[tuple[int, str]]) -> None:
        for item, task in expired:
            self.end_claim(task, item)
        for (item, task), place in self.places.items():
            if place.parked == "nobody" and place.state == "queued" and self.eligible(task, item):
                place.parked = None
        self.close_left()

    # -- the mover

    def pending(self) -> list[tuple[int, str]]:
        waiting = [(p.number, key) for key, p in self.places.items() if p.routing == "pending"]
        return [key for _, key in sorted(waiting)]

    def advance(self, limit: int) -> int:
        taken = self.pending()[:limit]
        arrivals = []
        for item, task in taken:
            place = self.places[item, task]
            version = self.entries[item].version
            routes = version.tasks[task].routes.get(place.status, ()) if task in version.tasks else ()
            targets = routes or (Target("stuck", "no-route"),)
            arrivals += [Arrival(item, target, task, place.number) for target in targets]
        self._place(arrivals)
        return len(taken)

    def _place(self, arrivals: list[Arrival]) -> None:
        joining = self._settle(arrivals, at_joins=True)
        for arrival in joining:
            self.places[arrival.item, arrival.source].led_to.add(arrival.target.name)
        last = {(arrival.item, arrival.target.name): arrival for arrival in sorted(joining, key=lambda a: a.number)}
        fired = [arrival for key, arrival in last.items() if self._ready(*key)]
        for arrival in fired:
            arrival.target = Target("task", arrival.target.name)
        self._settle(fired, at_joins=False)

    def _settle(self, arrivals: list[Arrival], *, at_joins: bool) -> list[Arrival]:
        for arrival in arrivals:
            self._send_on(arrival, at_joins)
        exits = {arrival.item: arrival for arrival in reversed(arrivals) if arrival.target.kind == "exit"}
        arrivals = [arrival for arrival in arrivals if exits.get(arrival.item, arrival) is arrival]
        for arrival in arrivals:
            if arrival.source and arrival.target.kind != "stuck" and at_joins:
                self.places[arrival.item, arrival.source].routing = "routed"
        for arrival in arrivals:
            if arrival.target.kind == "stuck":
                source = self.places[arrival.item, arrival.source]
                source.routing, source.parked = "parked", arrival.target.name
        self._place_in_tasks([arrival for arrival in arrivals if arrival.target.kind == "task"])
        for arrival in exits.values():
            self._leave(arrival.item, arrival.target.name)
        return [arrival for arrival in arrivals if arrival.target.kind == "join"]

    def _send_on(self, arrival: Arrival, at_joins: bool) -> None:
        version = self.entries[arrival.item].version
        for _ in range(DIVERSIONS + 1):
            while arrival.target.kind == "router":
                arrival.target = self._decide(version, arrival.target.name, arrival.item)
            if arrival.target.kind != "task":
                return
            task = version.tasks[arrival.target.name]
            if task.branches and at_joins:
                arrival.target = Target("join", task.name)
                return
            place = self.places.get((arrival.item, task.name))
            again = place is not None and place.state == "submitted"
            if not again or task.max_visits is None or place.visit < task.max_visits:
                return
            arrival.target = task.on_max_visits or Target("stuck", "max-visits")
        arrival.target = Target("stuck", "max-visits")

    def _decide(self, version: Pipeline, router: str, item: int) -> Target:
        draw = sampling.draw(sampling.seed(version.name, router), item)
        for case in version.routers[router].cases:
            wanted = {key.removeprefix("metadata."): value for key, value in (case.where or {}).items()}
            if all(self.meta[item].get(key) == value for key, value in wanted.items()) and (
                case.share is None or case.share[0] <= draw < case.share[1]
            ):
                return case.to
        return Target("stuck", "no-case")

    def _place_in_tasks(self, arrivals: list[Arrival]) -> None:
        waiting: dict[str, dict[frozenset[int], list[int]]] = {}
        for arrival in arrivals:
            item, task = arrival.item, arrival.target.name
            place = self.places.get((item, task))
            if place is None:
                self.places[item, task] = Place()
            elif place.state in OPEN:
                if place.kept:
                    place.kept = (place.kept[0], False, *place.kept[2:])
                continue
            else:
                kept, visit = None, place.visit
                if place.state == "submitted":
                    kept = (place.status, place.routing == "routed", place.number, place.led_to)
                    visit += 1
                self.places[item, task] = Place(visit=visit, kept=kept)
                if place.who in self.eligible(task, item):
                    self.places[item, task].who = place.who
                    continue
            group = frozenset(self.assignments[task, person] for person in self.forbidden(task, item))
            waiting.setdefault(task, {}).setdefault(group, []).append(item)
        for task in sorted(waiting):
            self._allot(task, waiting[task])

    def _allot(self, task: str, groups: dict[frozenset[int], list[int]]) -> None:
        weights = {self.assignments[task, p]: w for p, w in self.team[task].items() if p not in self.inactive}
        for group, items in list(groups.items()):
            if not weights.keys() - group:
                for item in items:
                    self.places[item, task].parked = "nobody"
                del groups[group]
        if self.tasks[task].queue:
            return
        totals = {one: self.allotted[one] for one in weights}
        counts = {group: len(items) for group, items in groups.items()}
        for group, given in allocation.constrained(counts, weights, totals).items():
            self.allotted.update(given)
            self.open_shares.append((task, groups[group], {one: n for one, n in given.items() if n}))
            for item in groups[group]:
                self.places[item, task].who = ANYBODY

    def _leave(self, item: int, exit_: str) -> None:
        self.entries[item].exit = exit_
        for (other, _), place in self.places.items():
            if other != item:
                continue
            if place.state in OPEN:
                place.parked = None
                if place.kept:
                    place.status, routed, place.number, place.led_to = place.kept
                    place.state, place.routing, place.kept = "submitted", "routed" if routed else "void", None
                    place.visit -= 1
                else:
                    place.state = "withdrawn"
            elif place.routing in ("pending", "parked"):
                place.routing, place.parked = "void", None

    def _ready(self, item: int, join: str) -> bool:
        branches = self.entries[item].version.tasks[join].branches
        for branch in branches:
            places = [self.places[item, task] for task in branch if (item, task) in self.places]
            if any(p.state in OPEN or p.routing in ("pending", "parked") for p in places):
                return False
            last = max((p for p in places if p.routing == "routed"), key=lambda p: p.number, default=None)
            if last is None or join not in last.led_to:
                return False
        return True

    def adopt(self, holders: dict[tuple[int, str], str | None]) -> None:
        """Take over who holds what was just allocated; AssertionError where the shares are not exact."""
        by_key = {key: person for (_, person), key in self.assignments.items()}
        for task, items, given in self.open_shares:
            got = Counter(holders[item, task] for item in items)
            assert got == Counter({by_key[one]: count for one, count in given.items()}), (task, items, given, got)
            for item in items:
                if self.places[item, task].who == ANYBODY:
                    self.places[item, task].who = holders[item, task]
        self.open_shares.clear()
