"""How the model moves items: routes, routers, joins, visits, exits, and who gets what."""

from dataclasses import replace

from model.state import ANYBODY, OPEN, Arrival, Claim, Entry, Handed, Move, State
from workflow_core.domain.items import sampling
from workflow_core.domain.work import allocation
from workflow_core.pipeline.compiled import Pipeline, Target

DIVERSIONS = 8
MET = {"routed": "again", "void": "anew"}
"""What is to become of a kept status once a route has led there again; a withdrawal takes that back."""
NOT_MET = {after: before for before, after in MET.items()}


class Moving(State):
    """The mover."""

    def take_in(self) -> None:
        if "pipeline" in self.paused:
            return
        new = [item for item in sorted(self.meta) if item not in self.entries and item not in self.archived]
        for item in new:
            self.entries[item] = Entry(self.present)
        self._task_item([Arrival(item, Target("task", name)) for item in new for name in self.present.start])

    def advance(self, limit: int) -> int:
        waiting = sorted(
            (task_item.number, key) for key, task_item in self.task_items.items() if task_item.routing == "pending"
        )
        arrivals = []
        for number, (item, task) in waiting[:limit]:
            version = self.entries[item].version
            routes = (
                version.tasks[task].routes.get(self.task_items[item, task].status, ()) if task in version.tasks else ()
            )
            targets = routes or (Target("stuck", "no-route"),)
            arrivals += [Arrival(item, target, task, number) for target in targets]
        self._task_item(arrivals)
        return len(waiting[:limit])

    def _task_item(self, arrivals: list[Arrival], *, bounded: bool = True, meeting: bool = True) -> None:
        joining = self._settle(arrivals, at_joins=meeting, bounded=bounded)
        for arrival in joining:
            self._moved(arrival, "arrived", arrival.target.name)
        last = {(arrival.item, arrival.target.name): arrival for arrival in sorted(joining, key=lambda a: a.number)}
        fired = [arrival for key, arrival in last.items() if self._ready(*key)]
        for arrival in fired:
            arrival.target = Target("task", arrival.target.name)
        self._settle(fired, at_joins=False, bounded=bounded)

    def _moved(self, arrival: Arrival, verb: str, name: str) -> None:
        self.moves.append(Move(self.next(), arrival.number, verb, arrival.item, name))

    def _end_placement(self, item: int, task: str) -> None:
        """Let a withdrawal end the latest placement that stands."""
        there = [m for m in self.moves if (m.item, m.name, m.ended) == (item, task, None)]
        latest = [m for m in there if m.verb == "placed"][-1]
        for one in there:
            if one is latest or (one.verb == "met" and one.at > latest.at):
                one.ended = self.next()

    def _settle(self, arrivals: list[Arrival], *, at_joins: bool, bounded: bool) -> list[Arrival]:
        for arrival in arrivals:
            self._send_on(arrival, at_joins, bounded)
        exits = {arrival.item: arrival for arrival in reversed(arrivals) if arrival.target.kind == "exit"}
        arrivals = [arrival for arrival in arrivals if exits.get(arrival.item, arrival) is arrival]
        for arrival in arrivals:
            if arrival.source and arrival.target.kind != "stuck" and at_joins:
                self.task_items[arrival.item, arrival.source].routing = "routed"
        for arrival in arrivals:
            if arrival.target.kind == "stuck":
                source = self.task_items[arrival.item, arrival.source]
                source.routing, source.parked = "parked", arrival.target.name
        self._place_in_tasks([arrival for arrival in arrivals if arrival.target.kind == "task"], counts=bounded)
        for arrival in exits.values():
            self._arrive_at_exit(arrival)
        return [arrival for arrival in arrivals if arrival.target.kind == "join"]

    def _send_on(self, arrival: Arrival, at_joins: bool, bounded: bool) -> None:
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
            task_item = self.task_items.get((arrival.item, task.name))
            again = task_item is not None and task_item.state == "submitted"
            if not bounded or not again or task.max_visits is None or task_item.visit < task.max_visits:
                return
            if task.on_max_visits is None:
                break
            arrival.target = task.on_max_visits
        if self._comes_into_a_branch(arrival):
            arrival.parked = "max-visits"
        else:
            arrival.target = Target("stuck", "max-visits")

    def _comes_into_a_branch(self, arrival: Arrival) -> bool:
        joins = self.entries[arrival.item].version.tasks.values()
        return any(
            arrival.target.name in branch and arrival.source not in branch for one in joins for branch in one.branches
        )

    def _decide(self, version: Pipeline, router: str, item: int) -> Target:
        draw = sampling.draw(sampling.seed(version.name, router), item)
        for case in version.routers[router].cases:
            wanted = {key.removeprefix("metadata."): value for key, value in (case.where or {}).items()}
            if all(self.meta[item].get(key) == value for key, value in wanted.items()) and (
                case.share is None or case.share[0] <= draw < case.share[1]
            ):
                return case.to
        return Target("stuck", "no-case")

    def _place_in_tasks(self, arrivals: list[Arrival], counts: bool = True) -> None:
        waiting: dict[str, list[int]] = {}
        for arrival in arrivals:
            item, task = arrival.item, arrival.target.name
            task_item = self.task_items.get((item, task))
            if task_item is not None and task_item.state in OPEN:
                self._moved(arrival, "met", task)
                if task_item.kept:
                    task_item.kept.routing = MET.get(task_item.kept.routing, task_item.kept.routing)
                continue
            self._moved(arrival, "placed", task)
            if task_item is not None and arrival.parked:
                self._enter_again(task_item, counts=counts)
                task_item.parked = arrival.parked
                continue
            if task_item is not None and self._enter_again(task_item, counts=counts) in self.eligible(task, item):
                continue
            self.task_items[item, task] = task_item or Claim()
            self.task_items[item, task].who = None
            waiting.setdefault(task, []).append(item)
        for task in sorted(waiting):
            self._allot(task, waiting[task])
        for arrival in arrivals:
            self._hand_issues_on(arrival.item, arrival.target.name)

    def _open(self, item: int, task: str, parked: bool) -> None:
        """Open a task item again, in its visit and by what had led there: for who has it, if they may."""
        led = [m for m in self.moves if m.verb in ("placed", "met") and (m.item, m.name) == (item, task)][-1]
        self.moves.append(Move(self.next(), led.number, "placed", item, task))
        task_item = self.task_items[item, task]
        visit = task_item.placed
        if self._enter_again(task_item) not in self.eligible(task, item) and not parked:
            task_item.who = None
            self._allot(task, [item])
        task_item.visit = task_item.placed = visit
        if parked:
            task_item.parked = "max-visits"

    def _enter_again(self, task_item: Claim, counts: bool = True) -> str | None:
        if task_item.state == "submitted":
            task_item.keep("re-entry")
            task_item.visit += counts
        task_item.before.append(replace(task_item.kept) if task_item.kept else None)
        task_item.state, task_item.begun, task_item.parked, task_item.placed = "queued", False, None, task_item.visit
        return task_item.who

    def _hand_issues_on(self, item: int, task: str) -> None:
        """Give to a QA task item what is for review on the tasks it reviews, of those that have a status."""
        if self.task_items[item, task].state in ("queued", "claimed", "waiting") and not self.out_of_visits(item, task):
            for one in self.issues.values():
                done = one.item == item and one.state == "for_review" and one.task in self.reviewed((item, task))
                if done and one.qa != task and self.task_items[item, one.qa].state == "submitted":
                    self.handed.append(Handed(self.next(), one, one.qa, task))
                    one.qa = task

    def _allot(self, task: str, items: list[int], weights: dict[int, float] | None = None) -> None:
        """Give items to people: by the task's weights over its running totals, or by other ones just this once."""
        keys = {person: self.assignments[task, person] for person in self.team[task]}
        own = {keys[p]: weight for p, weight in self.team[task].items() if p not in self.inactive}
        present = own if weights is None else {key: weights[key] for key in own if key in weights}
        groups: dict[frozenset[int], list[int]] = {}
        for item in items:
            group = frozenset(keys[p] for p in self.forbidden(task, item) if p in keys)
            groups.setdefault(group, []).append(item)
        for group in list(groups):
            if not present.keys() - group:
                for item in groups.pop(group):
                    self.task_items[item, task].parked = "nobody"
        if self.tasks[task].queue:
            return
        totals = {one: self.allotted[one] for one in present} if weights is None else {}
        counts = {group: len(of) for group, of in groups.items()}
        for group, given in allocation.constrained(counts, present, totals).items():
            if weights is None:
                self.allotted.update(given)
            self.open_shares.append((task, groups[group], {one: n for one, n in given.items() if n}))
            for item in groups[group]:
                self.task_items[item, task].who = ANYBODY

    # -- exits

    def _arrive_at_exit(self, arrival: Arrival) -> None:
        entry, name = self.entries[arrival.item], arrival.target.name
        if name not in ("discarded", "removed") and self.unresolved(item=arrival.item):
            entry.held = name
            self._moved(arrival, "held", name)
            return
        self._moved(arrival, "exited", name)
        self._leave(arrival.item, name)

    def _leave(self, item: int, exit_: str) -> None:
        entry = self.entries[item]
        entry.exit, entry.held = exit_, None
        parked = [key for key, _ in self.of(item) if self.out_of_visits(*key)]
        closed = self._withdraw([key for key, task_item in self.of(item) if task_item.state in OPEN])
        closed |= {key: "parked" for key in parked if closed.get(key) == "withdrawn"}
        for key, task_item in self.of(item):
            if task_item.state == "submitted" and task_item.routing in ("pending", "parked"):
                task_item.routing, task_item.parked = "void", None
                closed[key] = "voided"
        entry.closed = closed

    def _withdraw(self, keys: list[tuple[int, str]]) -> dict[tuple[int, str], str]:
        """Withdraw open task items with their issues; what had a status has it again. Returns what was done to each."""
        done: dict[tuple[int, str], str] = {}
        dismissed = [
            one
            for one in self.issues.values()
            if one.unresolved and ((one.item, one.task) in keys or (one.item, one.qa) in keys)
        ]
        for one in dismissed:
            one.state = "dismissed"
        for key in keys:
            task_item = self.task_items[key]
            if task_item.kept and task_item.kept.by == "issue":
                task_item.restore(unrouted=NOT_MET.get(task_item.kept.routing, "pending"))
                done[key] = "restored"
            else:
                done[key] = "withdrawn"
                self._end_placement(*key)
                task_item.before.pop()
                if task_item.kept:
                    task_item.restore(unrouted=NOT_MET.get(task_item.kept.routing, "void"))
                else:
                    task_item.state, task_item.parked = "withdrawn", None
        self._after_dismissals(dismissed)
        return done

    # -- joins

    def _ready(self, item: int, join: str) -> bool:
        for branch in self.entries[item].version.tasks[join].branches:
            task_items = [self.task_items[item, task] for task in branch if (item, task) in self.task_items]
            if any(p.state in OPEN or p.routing in ("pending", "parked") for p in task_items):
                return False
            arrived = {one.number for one in self.moves if (one.verb, one.item, one.name) == ("arrived", item, join)}
            last = max((p for p in task_items if p.routing == "routed"), key=lambda p: p.number, default=None)
            # A branch that is all history was done in a round before.
            before = {number for number in arrived if self.set_by[number][0] in [(item, task) for task in branch]}
            if not ((last.number in arrived) if last else before):
                return False
        return True
