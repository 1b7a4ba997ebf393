"""What people and managers do in the model: deploy, claim, submit, give back, hand over, add, remove, pause."""

from model.following import Following
from model.state import MANUAL, OPEN, Arrival, Claim, Entry, Key, Move
from workflow_core.pipeline.compiled import Pipeline, Target


class Managing(Following):
    """Contributors and managers, and the clock."""

    def deploy(self, version: Pipeline, *, along: bool = False) -> None:
        changed = self.present is None or self.present.digest != version.digest
        self.present = version
        for task in version.tasks.values():
            before = self.tasks.get(task.name)
            if before is None or dict(before.assignees) != dict(task.assignees):
                self.team[task.name] = dict(task.assignees)
            self.tasks[task.name] = task
            self.closed.discard(task.name)
        if along:
            self._follow()
        self.park()
        if changed or along:
            self.close_left()

    def take_along(self) -> None:
        self._follow()
        self.park()
        self.close_left()

    def _follow(self) -> None:
        """Let those follow the present version who can; a review whose holder is an author by that goes on."""
        self.follow_present()
        for name in self.present.tasks:
            own = [
                item
                for (item, task), task_item in self.task_items.items()
                if task == name and task_item.state in OPEN and task_item.who in self.forbidden(name, item)
            ]
            if own:
                self._hand_out(name, own)

    # -- people

    def may_claim(self, task: str, who: str) -> bool:
        stopped = {task, (task, who)} | ({"pipeline"} if task != MANUAL else set())
        takes_part = self.acts_in(task, who) or (who not in self.inactive and self.held(task, who))
        return bool(takes_part) and task not in self.closed and not stopped & self.paused

    def held(self, task: str, who: str) -> list[int]:
        return [i for (i, t), p in self.task_items.items() if t == task and p.state == "claimed" and p.who == who]

    def room(self, task: str, who: str) -> int:
        """How many more items somebody may hold in a queue task; what an issue sent back to them does not count."""
        new = [
            item
            for item in self.held(task, who)
            if (self.task_items[item, task].kept is None or self.task_items[item, task].kept.by != "issue")
            and not self.unresolved(item=item, qa=task)
        ]
        return self.tasks[task].queue.limit - len(new)

    def claims_more(self, task: str, who: str) -> tuple[list[int], int]:
        """From which items another batch takes how many."""
        return self._from_pool(task, who, min(self.tasks[task].queue.batch, self.room(task, who)))

    def _from_pool(self, task: str, who: str, most: int) -> tuple[list[int], int]:
        """The pool has some, or else somebody left one behind."""
        others = {item: task_item for item, task_item in self._takeable(task, who).items() if task_item.who != who}
        pool = [item for item, task_item in others.items() if task_item.who is None]
        return (pool, min(len(pool), most)) if pool else (list(others), min(len(others), 1))

    def _takeable(self, task: str, who: str) -> dict[int, Claim]:
        return {
            key[0]: task_item
            for key, task_item in self.task_items.items()
            if key[1] == task
            and task_item.state in ("queued", "returned")
            and task_item.parked in (None, "nobody")
            and self.may_open(key, who)
        }

    def claims(self, task: str, who: str) -> tuple[list[int], int]:
        """From which items a claim takes how many."""
        if self.held(task, who):
            return [], 0
        if own := [item for item, task_item in self._takeable(task, who).items() if task_item.who == who]:
            return own, 1
        queue = self.tasks[task].queue
        return self._from_pool(task, who, queue.batch if queue else 1)

    def claimed(self, task: str, who: str, items: list[int]) -> None:
        for item in items:
            task_item = self.task_items[item, task]
            task_item.state, task_item.who, task_item.parked, task_item.begun = "claimed", who, None, True

    def may_submit(self, key: Key, who: str, status: str) -> bool:
        item, task = key
        task_item = self.task_items[key]
        states = (*OPEN,) if status == "discarded" else ("queued", "claimed", "returned")
        if task_item.state not in states or not self.may_go_on(key, who) or not self.may_open(key, who):
            return False
        if task_item.parked in ("max-fix-rounds", "max-visits"):
            return False
        if status == "discarded":
            return True
        against = [*self.unresolved(item=item, task=task), *self.unresolved(item=item, qa=task)]
        if status == "approved":
            against += [one for one in self.unresolved(item=item) if one.task in self.reviewed(key)]
        return not any(one.state == "open" for one in against)

    def submit(self, key: Key, who: str, status: str) -> None:
        item, task = key
        task_item, kept, entry = self.task_items[key], self.task_items[key].kept, self.entry(key)
        number = self.next()
        self.authors[key].append(who)
        task_item.state, task_item.status, task_item.who, task_item.parked, task_item.kept = (
            "submitted",
            status,
            who,
            None,
            None,
        )
        task_item.begun, task_item.number, task_item.routing = True, number, "pending" if entry else "routed"
        taken = kept if kept and kept.by == "issue" and entry else None
        if taken and taken.routing == "void":
            task_item.routing = "void"
        elif taken and taken.routing == "routed" and taken.status == status:
            # The same again: what it led to stands.
            task_item.routing, task_item.number = "routed", taken.number
        mine = [one for one in self.issues.values() if one.item == item and one.unresolved]
        resolved = False
        if status == "discarded":
            qa = self.tasks[task].type == "qa"
            dismissed = [one for one in mine if (one.qa if qa else one.task) == task]
            for one in dismissed:
                one.state = "dismissed"
            self._after_dismissals(dismissed)
            resolved = bool(dismissed)
        elif status == "approved":
            for one in mine:
                if one.qa == task and one.state == "for_review":
                    one.state, resolved = "approved", True
        if taken and taken.routing in ("routed", "again") and taken.status != status:
            self.take_back(item, {taken.number})
            if entry.exit is not None and task_item.routing == "pending":
                task_item.routing = "void"
        # Only now: it was not reached, even where the status before it had led back to this task item.
        self.set_by[number] = (key, who)
        for one in self.unresolved(item=item, task=task):
            self.settle_reviewer(item, one.qa)
        if taken or resolved:
            self.go_on(item)
        if self.tasks[task].type == "annotation":
            self._hand_reviews_on(item, task, who)

    def _hand_reviews_on(self, item: int, task: str, who: str) -> None:
        for (other, qa), task_item in self.task_items.items():
            holds = other == item and task_item.state in OPEN and task_item.who in (None, who)
            if holds and task in self.reviewed((item, qa)) and who in self.forbidden(qa, item):
                self._hand_out(qa, [item])

    def end_claim(self, key: Key) -> None:
        self._end(key)
        task_item = self.task_items[key]
        if task_item.state == "queued" and (self.tasks[key[1]].queue or task_item.who not in self.team[key[1]]):
            task_item.who = None

    def _end(self, key: Key) -> None:
        task_item = self.task_items[key]
        if task_item.state == "claimed":
            task_item.state = "returned" if task_item.kept and task_item.kept.by == "issue" else "queued"

    def sweep(self, expired: list[Key]) -> None:
        for key in expired:
            self.end_claim(key)
        self.park()
        for (item, task), task_item in self.task_items.items():
            if task_item.parked == "nobody" and task_item.state in ("queued", "returned") and self.eligible(task, item):
                task_item.parked = None
        self.close_left()

    def park(self) -> None:
        """Park what is in a pool and may be taken by nobody."""
        for (item, task), task_item in self.task_items.items():
            pooled = task_item.who is None and task_item.parked is None and task_item.state in ("queued", "returned")
            if pooled and not self.eligible(task, item):
                task_item.parked = "nobody"

    def deactivate(self, who: str) -> None:
        self.inactive.add(who)
        self.park()

    # -- managers

    def _hand_out(self, task: str, items: list[int], weights: dict[int, float] | None = None) -> None:
        """Deal open task items anew; who gets none of them loses theirs, and what nobody may take is stuck."""
        stuck = [item for item in items if self.out_of_visits(item, task)]
        for item in items:
            self._end((item, task))
            self.task_items[item, task].who = self.task_items[item, task].parked = None
        self._allot(task, items, weights)
        for item in stuck:
            self.task_items[item, task].parked = "max-visits"
        for item in items:
            if self.task_items[item, task].state == "waiting":
                self.task_items[item, task].parked = None

    def redistribute(self, task: str) -> None:
        """Deal equally what nobody has begun and no issue concerns."""
        able = self.team[task].keys() - self.inactive
        keys = {self.assignments[task, person]: 1.0 for person in self.team[task]}
        items = [
            item
            for (item, name), task_item in self.task_items.items()
            if name == task
            and task_item.state == "queued"
            and able - self.forbidden(task, item)
            and not self.unresolved(item=item, task=task)
            and not self.unresolved(item=item, qa=task)
        ]
        self._hand_out(task, items, keys)

    def leave(self, task: str, who: str, heir: str | None) -> None:
        """Let somebody leave a task: their open work goes to an heir, else to the others."""
        items = [
            i
            for (i, t), task_item in self.task_items.items()
            if t == task and task_item.who == who and task_item.state in OPEN
        ]
        weight = self.team[task].pop(who)
        for_heir = [item for item in items if heir is not None and heir not in self.forbidden(task, item)]
        if heir is not None:
            self.team[task].setdefault(heir, weight)
            self.allotted[self.assignments[task, heir]] += self.allotted.pop(self.assignments[task, who], 0)
        for item in for_heir:
            self._end((item, task))
            self.task_items[item, task].who = heir
            if not self.out_of_visits(item, task):
                self.task_items[item, task].parked = None
        self._hand_out(task, [item for item in items if item not in for_heir])
        self.park()

    def may_add(self, item: int, task: str) -> bool:
        if task not in self.present.tasks:
            return False
        spec = self.present.tasks[task]
        if spec.type == "qa" and not any(self.authors[item, name] for name in spec.reviews):
            return False
        entry = self.entries.get(item)
        branches = {name for one in self.present.tasks.values() for branch in one.branches for name in branch}
        return task not in branches and (entry is None or entry.exit is not None)

    def add_item(self, item: int, task: str) -> None:
        if task == MANUAL:
            task_item = self.task_items.get((item, task))
            if task_item is None or task_item.state == "withdrawn":
                self._place_in_tasks([Arrival(item, Target("task", task))])
            return
        before = self.entries.get(item)
        self.entries[item] = Entry(self.present) if before is None else before
        self.entries[item].version, self.entries[item].exit, self.entries[item].held = self.present, None, None
        self.entries[item].exported = False
        self._task_item([Arrival(item, Target("task", task))], meeting=False)

    def may_remove(self, item: int, task: str) -> bool:
        task_item = self.task_items[item, task]
        return task_item.state in OPEN and task_item.kept is None

    def remove_item(self, item: int, task: str) -> None:
        if task == MANUAL:
            self._withdraw([(item, task)])
            self.go_on(item)
        else:
            self._remove(item)

    def _remove(self, item: int) -> None:
        self.moves.append(Move(self.next(), 0, "exited", item, "removed"))
        self._leave(item, "removed")

    def archive(self, item: int) -> None:
        self.archived.add(item)
        self._withdraw(
            [key for key, task_item in self.task_items.items() if key[0] == item and task_item.state in OPEN]
        )
        if item in self.entries and self.entries[item].exit is None:
            self._remove(item)

    def send(self, key: Key, to: Target) -> None:
        task_item = self.task_items[key]
        led = [one for one in self.moves if one.verb in ("placed", "met") and (one.item, one.name) == key]
        taken = task_item.kept is not None and task_item.kept.by == "issue"
        number = task_item.number or (task_item.kept.number if taken else led[-1].number)
        if task_item.state == "submitted":
            task_item.routing, task_item.parked = "routed", None
        else:
            self._withdraw([key])
        if task_item.routing == "pending":
            task_item.routing = "routed"
        self._task_item([Arrival(key[0], to, number=number)], bounded=False, meeting=False)

    def branch_of(self, item: int, task: str) -> tuple[str, int] | None:
        """Return the branch of a fork in which a task is, in an item's version: its join, and its number."""
        for one in self.entries[item].version.tasks.values():
            for number, branch in enumerate(one.branches):
                if task in branch:
                    return one.name, number
        return None

    def sent_from(self, key: Key) -> tuple[str, int] | None:
        """Return the branch from which an item that is not parked is sent; False where it cannot be from there."""
        going_on = [
            task
            for (_, task), p in self.of(key[0])
            if p.state in OPEN or p.routing in ("pending", "parked") or p.parked is not None
        ]
        entered = {branch[0] for task in going_on if (branch := self.branch_of(key[0], task))}
        here = self.branch_of(*key)
        return here if here and here[0] in entered else not entered and None

    def may_send_again(self, key: Key, to: Target) -> bool:
        if key[0] in self.archived or self.entries[key[0]].exit == "removed" or to.kind != "task":
            return False
        return self.sent_from(key) == self.branch_of(key[0], to.name)

    def send_again(self, key: Key, to: Target) -> None:
        item, branch, entry = key[0], self.sent_from(key), self.entries[key[0]]
        mine = [one for one, _ in self.of(item) if branch in (None, self.branch_of(*one))]
        self._withdraw([one for one in mine if self.task_items[one].state in OPEN])
        others = {one for one, _ in self.of(item) if branch and (self.branch_of(*one) or branch)[0] == branch[0]} - {
            *mine
        }
        led = [p.number for one, p in self.of(item) if one not in others and p.routing not in (None, "void")]
        for one in mine:
            if self.task_items[one].routing in ("pending", "parked"):
                self.task_items[one].routing, self.task_items[one].parked = "void", None
        if entry.exit or entry.held:
            entry.exit, entry.held, entry.exported, entry.closed = None, None, False, {}
        self._task_item([Arrival(item, to, number=max(led, default=0))], bounded=False, meeting=False)

    def erase(self, item: int) -> None:
        self.archived.remove(item)
        del self.meta[item]
        self.entries.pop(item, None)
        self.task_items = {key: task_item for key, task_item in self.task_items.items() if key[0] != item}
        self.issues = {key: issue for key, issue in self.issues.items() if issue.item != item}
