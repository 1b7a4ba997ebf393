"""What the model knows: tasks and their people, items and their task items, issues, and what led to what."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from workflow_core.domain.measures.progress import Counts
from workflow_core.pipeline.compiled import Pipeline, Target, Task

OPEN = ("queued", "claimed", "returned", "waiting")
ANYBODY = "?"
"""A holder that the rules leave open, until it is adopted."""
MANUAL = "manual"
"""The QA task that is in no pipeline."""

Key = tuple[int, str]
"""A task item: an item in a task."""


@dataclass
class Kept:
    """A status that an issue or a re-entry took; `routing` is what had become of it."""

    status: str
    routing: str
    number: int
    by: str
    visit: int


@dataclass
class Claim:
    """An item in a task; `number` is that of its status, in the order in which everything happens."""

    state: str = "queued"
    status: str | None = None
    visit: int = 1
    who: str | None = None
    routing: str | None = None
    parked: str | None = None
    number: int = 0
    begun: bool = False
    kept: Kept | None = None
    placed: int = 1
    """The visit in which it was placed last."""
    before: list[Kept | None] = field(default_factory=lambda: [None])
    """What it had when it was placed, once for each placement that stands."""

    def seen(self):
        kept = (self.kept.status, self.kept.by) if self.kept else (None, None)
        return self.state, self.status, self.visit, self.who, self.routing, self.parked, self.begun, *kept

    def keep(self, by: str) -> None:
        """Take the status away, and remember it."""
        routing = self.routing if self.routing in ("routed", "void") else "pending"
        self.kept = Kept(self.status, routing, self.number, by, self.visit)
        self.status = self.routing = None
        self.number = 0

    def restore(self, *, unrouted: str) -> None:
        """Set the status again that was taken; what had not been routed is now `unrouted`."""
        kept, self.kept = self.kept, None
        self.state, self.status, self.number, self.parked = "submitted", kept.status, kept.number, None
        self.routing = kept.routing if kept.routing in ("routed", "void") else unrouted
        self.visit, self.begun = kept.visit, True


@dataclass
class Entry:
    """An item's way through the pipeline; `closed` is what its exit closed: task items, and how."""

    version: Pipeline
    exit: str | None = None
    held: str | None = None
    exported: bool = False
    closed: dict[Key, str] = field(default_factory=dict)


@dataclass
class Issue:
    item: int
    task: str
    qa: str
    author: str
    state: str = "open"
    rounds: int = 0

    @property
    def unresolved(self) -> bool:
        return self.state in ("open", "for_review")


@dataclass
class Arrival:
    item: int
    target: Target
    source: str | None = None
    number: int = 0
    """The number of the status that led here."""
    parked: str | None = None


@dataclass
class Move:
    """What a status led to: a task item, an arrival at a join, an exit; `at` orders it among the statuses.

    `ended` is when a withdrawal ended a placement; `number` is 0 where no status led there.
    """

    at: int
    number: int
    verb: str
    item: int
    name: str
    ended: int | None = None


@dataclass
class Handed:
    """An issue for review that became another QA task's."""

    at: int
    issue: Issue
    by: str
    to: str


@dataclass
class State:
    """Items by their keys, people by their e-mails, assignments by their keys in the database."""

    present: Pipeline | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    paused: set[object] = field(default_factory=set)
    """Tasks by name, people in a task by (task, e-mail), and `pipeline`."""
    team: dict[str, dict[str, float]] = field(default_factory=dict)
    """The active assignments of a task, with their weights."""
    by_hand: set[str] = field(default_factory=set)
    """What the QA task reviews that is in no pipeline."""
    assignments: dict[tuple[str, str], int] = field(default_factory=dict)
    allotted: Counter[int] = field(default_factory=Counter)
    inactive: set[str] = field(default_factory=set)
    meta: dict[int, dict[str, object]] = field(default_factory=dict)
    archived: set[int] = field(default_factory=set)
    entries: dict[int, Entry] = field(default_factory=dict)
    task_items: dict[Key, Claim] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    authors: defaultdict[Key, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Who ever set a status there, in order."""
    set_by: dict[int, tuple[Key, str]] = field(default_factory=dict)
    """Where a status was set, and by whom."""
    moves: list[Move] = field(default_factory=list)
    handed: list[Handed] = field(default_factory=list)
    happened: int = 0
    open_shares: list[tuple[str, list[int], dict[int, int]]] = field(default_factory=list)
    """Items whose holder is not adopted yet: how many of them each assignment must have."""

    def next(self) -> int:
        self.happened += 1
        return self.happened

    def entry(self, key: Key) -> Entry | None:
        """Return the way that a task item is on; the manual task's is on none."""
        return None if key[1] == MANUAL else self.entries[key[0]]

    def offered(self, key: Key) -> list[str]:
        """Return the statuses that a task item offers: those of the version that its item follows."""
        entry = self.entry(key)
        task = entry.version.tasks.get(key[1]) if entry else None
        return [one.name for one in (task or self.tasks[key[1]]).statuses]

    def of(self, item: int) -> list[tuple[Key, Claim]]:
        """Return the task items of an item in the pipeline."""
        return [(key, task_item) for key, task_item in self.task_items.items() if key[0] == item and key[1] != MANUAL]

    def out_of_visits(self, item: int, task: str) -> bool:
        """Say whether an item waits in a task for a manager, since it came there too often."""
        return self.task_items[item, task].parked == "max-visits"

    def eligible(self, task: str, item: int) -> set[str]:
        """Who may take an item: active, and no author of what is reviewed."""
        return self.team[task].keys() - self.inactive - self.forbidden(task, item)

    def forbidden(self, task: str, item: int) -> set[str]:
        spec = self.tasks[task]
        if spec.type != "qa" or spec.review_own:
            return set()
        return {who for name in self.reviewed((item, task)) for who in self.authors[item, name]}

    def reviewed(self, key: Key) -> set[str]:
        """Return which tasks are reviewed at a task item: by the version that its item follows."""
        if key[1] == MANUAL:
            return self.by_hand
        entry = self.entries.get(key[0])
        task = (entry.version if entry else self.present).tasks.get(key[1])
        return {*task.reviews} if task else set()

    def acts_in(self, task: str, who: str) -> bool:
        return who in self.team[task] and who not in self.inactive

    def holds(self, key: Key, who: str) -> bool:
        """Say whether somebody has a task item open, who may have been taken out of the task since."""
        task_item = self.task_items[key]
        return task_item.state == "claimed" and task_item.who == who and who not in self.inactive

    def may_go_on(self, key: Key, who: str) -> bool:
        """Say whether somebody may still do what they have begun in a task."""
        return (self.acts_in(key[1], who) or self.holds(key, who)) and key[1] not in self.closed

    def may_open(self, key: Key, who: str) -> bool:
        """Say whether a task item is there for somebody: theirs, nobody's, or returned to somebody who is gone."""
        task_item = self.task_items[key]
        gone = task_item.state == "returned" and task_item.who is not None and not self.acts_in(key[1], task_item.who)
        return (
            (self.acts_in(key[1], who) or self.holds(key, who))
            and (task_item.who in (None, who) or gone)
            and who not in self.forbidden(*key[::-1])
        )

    def unresolved(self, *, task: str | None = None, qa: str | None = None, item: int) -> list[Issue]:
        return [
            one
            for one in self.issues.values()
            if one.unresolved and one.item == item and task in (None, one.task) and qa in (None, one.qa)
        ]

    def counts(self, task: str) -> Counts:
        """Count a task again, slowly."""
        there = {key: task_item for key, task_item in self.task_items.items() if key[1] == task}
        states = Counter(task_item.state for task_item in there.values())
        issues = [one for one in self.issues.values() if one.unresolved and task in (one.task, one.qa)]
        return Counts(
            **{state: states[state] for state in (*OPEN, "submitted", "withdrawn")},
            begun=sum(p.begun or p.visit > 1 or p.kept is not None for p in there.values()),
            parked=sum(p.parked is not None for p in there.values()),
            taken=sum(p.kept is not None and p.kept.by == "issue" for p in there.values()),
            unresolved_issues=len(issues),
        )

    def adopt(self, holders: dict[Key, str | None]) -> None:
        """Take over who holds what was just allocated; AssertionError where the shares are not exact."""
        by_key = {key: person for (_, person), key in self.assignments.items()}
        for task, items, given in self.open_shares:
            got = Counter(holders[item, task] for item in items)
            assert got == Counter({by_key[one]: count for one, count in given.items()}), (task, items, given, got)
            for item in items:
                if self.task_items[item, task].who == ANYBODY:
                    self.task_items[item, task].who = holders[item, task]
        self.open_shares.clear()
