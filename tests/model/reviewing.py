"""How the model reviews: issues, whose turn they make it, and second thoughts."""

from dataclasses import replace

from model.moving import Moving
from model.state import MANUAL, OPEN, Arrival, Claim, Issue, Key
from workflow_core.domain.work import allocation
from workflow_core.pipeline.compiled import Target


class Reviewing(Moving):
    """Reviewers, the authors whom they send items back to, and those who think again."""

    # -- issues

    def may_flag(self, qa: Key, task: str, who: str) -> bool:
        task_item, target = self.task_items[qa], self.task_items.get((qa[0], task))
        return (
            task_item.state in ("queued", "claimed", "waiting")
            and not self.out_of_visits(*qa)
            and self.may_go_on(qa, who)
            and self.may_open(qa, who)
            and task in self.reviewed(qa)
            and target is not None
            and target.state != "withdrawn"
        )

    def flag(self, number: int, qa: Key, task: str, who: str, author: str) -> None:
        issue = self.issues[number] = Issue(qa[0], task, qa[1], author)
        self._return(issue)
        self._wait(qa, who)

    def may_fix(self, issue: Issue, who: str) -> bool:
        parked = self.task_items[issue.item, issue.task].parked in ("max-fix-rounds", "max-visits")
        return issue.state == "open" and not parked and self._theirs(issue.item, issue.task, who)

    def _theirs(self, item: int, task: str, who: str) -> bool:
        return self.may_go_on((item, task), who) and self.task_items[item, task].who in (None, who)

    def fix(self, issue: Issue) -> None:
        issue.state = "for_review"
        self.settle_reviewer(issue.item, issue.qa)

    def may_judge(self, issue: Issue, who: str) -> bool:
        return self._theirs(issue.item, issue.qa, who)

    def may_reopen(self, issue: Issue, who: str) -> bool:
        open_ = self.task_items[issue.item, issue.qa].state in ("queued", "claimed", "waiting")
        open_ = open_ and not self.out_of_visits(issue.item, issue.qa)
        return issue.state == "for_review" and open_ and self.may_judge(issue, who)

    def reopen(self, issue: Issue, who: str) -> None:
        issue.state = "open"
        issue.rounds += 1
        self._return(issue)
        task_item, limit = self.task_items[issue.item, issue.task], self.tasks[issue.task].max_fix_rounds
        if limit is not None and issue.rounds > limit:
            if task_item.state == "claimed":
                self.end_claim((issue.item, issue.task))
            task_item.parked = "max-fix-rounds"
        self._wait((issue.item, issue.qa), who)

    def judged(self, issue: Issue, state: str) -> None:
        """Approve or dismiss an issue."""
        issue.state = state
        if state == "dismissed":
            self._after_dismissals([issue])
        else:
            self.settle_reviewer(issue.item, issue.qa)
        self.go_on(issue.item)

    def _return(self, issue: Issue) -> None:
        task_item = self.task_items[issue.item, issue.task]
        if task_item.state == "submitted":
            turn = self.turn(issue.item, issue.task, issue.author)
            task_item.parked = None if self.eligible(issue.task, issue.item) else "nobody"
            task_item.keep("issue")
            task_item.state, task_item.who = "returned", turn
        entry = self.entry((issue.item, issue.task))
        if entry is not None and entry.exit not in (None, "discarded", "removed"):
            entry.held, entry.exit = entry.exit, None

    def _wait(self, qa: Key, who: str) -> None:
        task_item = self.task_items[qa]
        task_item.state, task_item.who, task_item.begun, task_item.parked = "waiting", who, True, None

    def turn(self, item: int, task: str, who: str | None) -> str | None:
        """Whose turn it is: theirs, else the present holder's, else another's, else the pool's."""
        active, holder = self.eligible(task, item), self.task_items[item, task].who
        if who in active or holder in active:
            return who if who in active else holder
        if not active or self.tasks[task].queue:
            return None
        keys = {self.assignments[task, person]: person for person in active}
        weights = {key: self.team[task][person] for key, person in keys.items()}
        dealt = allocation.shares(weights, {key: self.allotted[key] for key in weights}, 1)
        return next(keys[key] for key, count in dealt.items() if count)

    def _after_dismissals(self, dismissed: list[Issue]) -> None:
        for item, task in dict.fromkeys((one.item, one.task) for one in dismissed):
            if not self.unresolved(item=item, task=task):
                self._give_back((item, task))
        for item, qa in dict.fromkeys((one.item, one.qa) for one in dismissed):
            self.settle_reviewer(item, qa)

    def _give_back(self, key: Key) -> None:
        task_item = self.task_items[key]
        if task_item.kept is None or task_item.kept.by != "issue" or task_item.state not in ("returned", "claimed"):
            return
        task_item.restore(unrouted="pending" if self.entry(key) else "routed")

    def settle_reviewer(self, item: int, qa: str) -> None:
        """Queue a waiting QA task item again once nothing that it flagged is open, and all of it is submitted."""
        task_item = self.task_items[item, qa]
        for one in self.unresolved(item=item, qa=qa):
            if one.state == "open" or self.task_items[item, one.task].state != "submitted":
                return
        if task_item.state == "waiting":
            task_item.who = self.turn(item, qa, task_item.who)
            task_item.parked = None if self.eligible(qa, item) else "nobody"
            task_item.state = "queued"

    def go_on(self, item: int) -> None:
        """Let an item go on where only an issue stood in its way: at the exit that held it, or at a join."""
        self.let_go(item)
        entry = self.entries.get(item)
        if entry is None or entry.exit is not None:
            return
        for join in [task.name for task in entry.version.tasks.values() if task.branches]:
            numbers = {task_item.number for _, task_item in self.of(item) if task_item.routing == "routed"}
            arrived = [m for m in self.moves if (m.verb, m.item, m.name) == ("arrived", item, join)]
            waits = [m for m in arrived if m.number in numbers and not self._fired_since(m)]
            if waits and self._ready(item, join):
                last = max(waits, key=lambda one: one.number)
                source = self.set_by[last.number][0][1]
                self._settle([Arrival(item, Target("task", join), source, last.number)], at_joins=False, bounded=True)

    def _fired_since(self, arrived) -> bool:
        there = [one for one in self.moves if (one.item, one.name) == (arrived.item, arrived.name)]
        return any(one.verb in ("placed", "met") and one.at > arrived.at for one in there)

    def let_go(self, item: int) -> None:
        """Let an item that is held leave, once no issue on its way is unresolved."""
        entry = self.entries.get(item)
        if entry is None or entry.held is None:
            return
        if not self.unresolved(item=item):
            self._leave(item, entry.held)

    # -- second thoughts

    def trace(self, numbers: set[int]) -> set[int]:
        """Return the statuses that were reached from some, those included."""
        found, todo = set(numbers), list(numbers)
        while todo:
            number = todo.pop()
            for one in self.moves:
                if one.number != number or one.verb not in ("placed", "met", "arrived"):
                    continue
                for later, (key, _) in self.set_by.items():
                    stood = one.at < later < (one.ended or later + 1)
                    if key == (one.item, one.name) and stood and later not in found:
                        found.add(later)
                        todo.append(later)
        return found

    def reached(self, traced: set[int]) -> list[Key]:
        """Return the open task items that statuses led to."""
        verbs = ("placed", "met", "arrived")
        stand = [one for one in self.moves if one.number in traced and one.verb in verbs and one.ended is None]
        led = {(one.item, one.name) for one in stand}
        return [key for key in self.task_items if key in led and self.task_items[key].state in OPEN]

    def left_by(self, item: int, traced: set[int]) -> bool:
        """Say whether an item is at an exit, or held at one, because of these statuses."""
        entry = self.entries[item]
        last = [one.number for one in self.moves if one.verb in ("exited", "held") and one.item == item][-1:]
        return (entry.exit or entry.held) is not None and last[0] in traced

    def may_take_back(self, key: Key) -> bool:
        """Say whether a status can be undone or cleared at all: no history, and at an exit one that led there.

        Nor one in a task that is not in the version that the item was taken along to.
        """
        task_item, entry = self.task_items[key], self.entry(key)
        if task_item.state != "submitted" or task_item.routing == "void" or key[0] in self.archived:
            return False
        if entry is not None and key[1] not in entry.version.tasks:
            return False
        return entry is None or entry.exit is None or self.left_by(key[0], self.trace({task_item.number}))

    def may_undo(self, key: Key, who: str) -> bool:
        task_item, entry = self.task_items[key], self.entry(key)
        if not self.may_take_back(key) or not self.may_go_on(key, who) or task_item.who != who:
            return False
        traced = self.trace({task_item.number})
        if who in self.forbidden(key[1], key[0]):
            return False
        untouched = not any(self.task_items[one].begun for one in self.reached(traced)) and traced == {task_item.number}
        return (
            self.authors[key][-1] == who
            and untouched
            and not (entry and entry.exported and self.left_by(key[0], traced))
        )

    def undo(self, key: Key) -> None:
        self.take_back(key[0], {self.task_items[key].number})
        self._open_again(self.task_items[key], "claimed")
        self.task_items[key].begun = True

    def clear(self, key: Key) -> None:
        self.take_back(key[0], {self.task_items[key].number})
        task_item = self.task_items[key]
        self._open_again(task_item, "queued")
        if task_item.who not in self.eligible(*key[::-1]):
            task_item.who = None
            self._allot(key[1], [key[0]])
        self.go_on(key[0])

    def _open_again(self, task_item: Claim, state: str) -> None:
        task_item.state, task_item.status, task_item.routing, task_item.parked, task_item.number = (
            state,
            None,
            None,
            None,
            0,
        )
        task_item.kept = replace(task_item.before[-1]) if task_item.before[-1] else None

    def take_back(self, item: int, first: set[int]) -> None:
        traced = self.trace(first)
        entry = self.entries.get(item)
        if entry is not None and self.left_by(item, traced):
            self._come_back(item, first)
        reached = self.reached(traced)
        self._hand_issues_back(item, traced)
        self._withdraw(reached)
        for key, task_item in self.task_items.items():
            if key[1] != MANUAL and task_item.state == "submitted" and task_item.number in traced:
                task_item.routing, task_item.parked = "void", None

    def _hand_issues_back(self, item: int, traced: set[int]) -> None:
        """Give what is for review, and was handed on where these statuses led, to the QA task that had it first."""
        led = [one for one in self.moves if one.number in traced and one.verb in ("placed", "met", "arrived")]
        back = {}
        for one in self.handed:
            there = any((m.item, m.name) == (item, one.to) and m.at < one.at < (m.ended or one.at + 1) for m in led)
            if there and one.issue.item == item and one.issue.state == "for_review":
                back.setdefault(id(one.issue), one)
        for one in back.values():
            one.issue.qa = one.by

    def _come_back(self, item: int, first: set[int]) -> None:
        """Bring an item back from its exit, with all that the exit closed, to who has it if they may."""
        entry = self.entries[item]
        entry.exit, entry.held, entry.exported = None, None, False
        for key, how in entry.closed.items():
            task_item = self.task_items[key]
            if task_item.number and task_item.number in first:
                continue
            if how == "voided" and task_item.state == "submitted" and task_item.routing == "void":
                task_item.routing = "pending"
            elif (
                how == "voided" and task_item.kept and task_item.kept.by == "issue" and task_item.kept.routing == "void"
            ):
                task_item.kept.routing = "pending"
            elif how in ("withdrawn", "parked") and task_item.state in ("withdrawn", "submitted"):
                self._open(item, key[1], how == "parked")
