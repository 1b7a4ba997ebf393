"""Contributors: they claim, submit, give back, think again."""

import generated
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from model.state import OPEN
from sqlmodel import select
from stage import email

from machine.movers import Movers
from machine.tables import HOLDER, LEASE, MANUAL, numbers
from workflow_core.services.contributors import batches, desks, work
from workflow_core.services.contributors.batches import Submitted, Wanted
from workflow_core.services.managers import reversals
from workflow_core.store.models import Assignment, TaskItem


class People(Movers):
    """What contributors do, and what they try and are refused."""

    last = None

    @rule(number=numbers, who=HOLDER, more=st.booleans())
    def claim(self, number, who, more):
        """Whose turn it is claims, or somebody."""
        item, task = self.pick(number, "queued", "claimed", "returned") or (0, self.some_task(number))
        who = self.whose_turn((item, task), number) if who is None else email(who)
        if who not in self.people:
            return
        before = {key for key, task_item in self.model.task_items.items() if task_item.state == "claimed"}

        def act(session):
            by = {"actor": self.person(session, who), "task_id": self.tasks[task], "now": self.now}
            if more:
                taken = work.claim_more(session, **by)
                task_item = taken[0] if taken else None
            else:
                task_item = work.claim_next(session, **by)
            rows = session.exec(
                select(TaskItem.item_id)
                .join(Assignment)
                .where(TaskItem.task_id == self.tasks[task], TaskItem.state == "claimed")
                .where(Assignment.person_id == self.people[who])
            ).all()
            return task_item, [item for item in rows if (item, task) not in before]

        allowed, holding = self.model.may_claim(task, who), self.model.held(task, who)
        candidates, count = [], 0
        if more:
            queue = self.model.tasks[task].queue is not None and self.model.acts_in(task, who)
            allowed = allowed and queue and self.model.room(task, who) > 0
        if allowed:
            candidates, count = (self.model.claims_more if more else self.model.claims)(task, who)
        for task_item, new in self.attempt(allowed, act):
            assert len(new) == count and set(new) <= set(candidates)
            assert (task_item is None) == (not new and (more or not holding))
            assert task_item is None or task_item.item_id in (new or holding)
            self.model.claimed(task, who, new)
            for item in new:
                self.leases[item, task] = self.now + LEASE
            for item in holding:
                self.renew((item, task), who)

    def renew(self, key, who):
        """Renew a lease: of who was taken out, one that was not renewed since."""
        out = None if self.model.acts_in(key[1], who) else self.left.get((key[1], who))
        if out is None or self.leases[key] <= out + LEASE:
            self.leases[key] = self.now + LEASE

    def submit(self, number, status, who=None, task_type=None):
        """Set a status on an open task item: its holder does, or somebody who may; or `who`, if they may or not."""
        key = self.pick(number, "queued", "claimed", "returned", "waiting", type=task_type)
        if key is None:
            return
        who = who or self.whose_turn(key, number)
        if who not in self.people:
            return
        offered = self.model.offered(key)
        # Most items stay on their way, and loops are gone round.
        weighted = (
            [one for one in offered if one != "discarded"] * 4 + ["discarded"] + ["redo"] * 6 * ("redo" in offered)
        )
        self.set_status(key, who, weighted[status % len(weighted)])

    def set_status(self, key, who, chosen):
        def act(session):
            row = self.row(session, key)
            actor = self.person(session, who)
            work.submit(session, actor=actor, task_item_id=row.id, status=chosen, now=self.now)
            return row.id

        for task_item_id in self.attempt(self.model.may_submit(key, who, chosen), act):
            self.model.submit(key, who, chosen)
            self.last = (task_item_id, key, who, chosen)

    @rule(number=numbers, status=numbers)
    def work_on_one(self, number, status):
        self.submit(number, status)

    @rule(number=numbers, statuses=st.lists(numbers, min_size=2, max_size=4), who=HOLDER)
    def work_on_many_at_once(self, number, statuses, who):
        """Somebody sets statuses on what is open in a task, in one batch: what they may is set, and nothing else."""
        first = self.pick(number, "queued", "claimed", "returned", "waiting")
        who = email(who) if who else first and self.whose_turn(first, number)
        if first is None or who not in self.people:
            return
        here = sorted(key for key, one in self.model.task_items.items() if key[1] == first[1] and one.state in OPEN)
        batch, may = {}, {}
        for key, status in zip(here, statuses, strict=False):
            offered = self.model.offered(key)
            batch[key] = offered[status % len(offered)]
            may[key] = self.model.may_submit(key, who, batch[key])

        def act(session):
            by = {"actor": self.person(session, who), "task_id": self.tasks[first[1]], "now": self.now}
            wanted = [Wanted(status, item_id=item) for (item, _), status in batch.items()]
            return batches.submit_many(session, batch=wanted, **by)

        outcomes = dict(zip(batch, self.run(act), strict=True))
        assert {key: isinstance(outcome, Submitted) for key, outcome in outcomes.items()} == may, outcomes
        done = {key: outcome.event_id for key, outcome in outcomes.items() if isinstance(outcome, Submitted)}
        for key in sorted(done, key=done.__getitem__):  # as the history has them, and movers take them
            self.model.submit(key, who, batch[key])

    @rule(number=numbers, status=numbers, who=st.sampled_from(generated.PEOPLE))
    def somebody_tries(self, number, status, who):
        self.submit(number, status, email(who))

    @rule(many=st.lists(st.tuples(numbers, numbers), min_size=2, max_size=8), limits=st.lists(st.integers(1, 3)))
    def work_on_many_while_the_mover_follows(self, many, limits):
        for number, status in many:
            self.submit(number, status)
            if limits:
                self.move(limits.pop())

    @rule(rounds=st.lists(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3), min_size=2, max_size=5))
    def work_in_rounds(self, rounds):
        for many in rounds:
            if all(one.exit for one in self.model.entries.values()):
                self.ingest([False, True])
            for number, status in many:
                self.submit(number, status)
            self.move(1000)

    @rule()
    def work_until_a_review(self):
        """Complete what is open until a reviewer has something to do, or nothing goes on."""
        for _ in range(8):
            if self.pick(0, "queued", "claimed", type="qa"):
                return
            self.submit(0, 0, task_type="annotation")
            self.move(1000)

    @rule(number=numbers)
    @precondition(lambda self: self.deployed and any(self.deployed.tasks[name].max_visits for name in self.branches()))
    def go_round_a_fork(self, number):
        """Complete an item wherever it is, and send it round where that is offered, until it came too often."""
        items = sorted(item for item, entry in self.model.entries.items() if entry.exit is None)
        item = items[number % len(items)] if items else None
        for _ in range(24):
            todo = [key for key in sorted(self.model.task_items) if key[0] == item and key[1] != MANUAL]
            todo = [key for key in todo if self.model.task_items[key].state in ("queued", "claimed")]
            if not todo or any(self.model.out_of_visits(*key) for key in todo):
                return
            key = todo[0]
            who = self.whose_turn(key, number)
            if who not in self.people:
                return
            offered = {one.name for one in self.model.tasks[key[1]].statuses}
            self.set_status(key, who, "redo" if "redo" in offered else "completed")
            self.move(1000)

    def branches(self):
        return [name for one in self.deployed.tasks.values() for branch in one.branches for name in branch]

    @rule()
    @precondition(lambda self: self.last is not None)
    def submit_again(self):
        """A client that got no answer asks again: nothing changes; what was erased meanwhile is not there."""
        task_item_id, key, who, status = self.last
        task_item = self.model.task_items.get(key)
        if task_item and ((task_item.status, task_item.who) != (status, who) or not self.model.acts_in(key[1], who)):
            return

        def act(session):
            work.submit(
                session, actor=self.person(session, who), task_item_id=task_item_id, status=status, now=self.now
            )

        self.attempt(task_item is not None, act)

    @rule(number=numbers, postpone=st.booleans())
    def give_back(self, number, postpone):
        key = self.pick(number, "claimed")
        if key is None:
            return
        who = self.model.task_items[key].who

        def act(session):
            row, actor = self.row(session, key), self.person(session, who)
            (work.postpone if postpone else work.release)(session, actor=actor, task_item_id=row.id, now=self.now)

        for _ in self.attempt(who not in self.model.inactive, act):
            self.model.end_claim(key)

    @rule(number=numbers, who=st.one_of(st.none(), st.sampled_from(generated.PEOPLE)))
    def undo(self, number, who):
        key = self.pick(number, "submitted")
        if key is None:
            return
        who = self.model.task_items[key].who if who is None else email(who)
        if who not in self.people:
            return

        def act(session):
            reversals.undo(
                session, actor=self.person(session, who), task_item_id=self.row(session, key).id, now=self.now
            )

        def offered(session):
            desk = desks.of(session, actor=self.person(session, who), now=self.now)
            return {one.id: one.undoable for one in desk.finished}.get(self.row(session, key).id)

        may = self.model.may_undo(key, who)
        # Who was deactivated sees no desk; who has become an author is told when they try.
        if who not in self.model.inactive and who not in self.model.forbidden(key[1], key[0]):
            assert self.run(offered) in (may, None)
        for _ in self.attempt(may, act):
            self.model.undo(key)
            self.leases[key] = self.now + LEASE
