"""Managers: they deploy, bring items in, hand work over, pause, clear, send on, take out."""

import generated
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlmodel import select, true
from stage import compiled, email, no_files

from machine.movers import Movers
from machine.tables import MANUAL, numbers
from workflow_core.domain.annotations.recipes import Recipe
from workflow_core.domain.work import statuses
from workflow_core.pipeline.compiled import Target, Task
from workflow_core.services.managers import erasure, reversals, task_items, tasks
from workflow_core.services.pipelines import deployment, entries, migration
from workflow_core.store.models import Dataset, Item, Pipeline
from workflow_core.store.reads import departures

MANY = 5
"""Few items on the way go further in as many steps than many do."""


class Managers(Movers):
    """What managers do, and what they try and are refused."""

    deploys = 0
    named = 0

    @initialize(
        plan=generated.plans(),
        loop=generated.bounds(),
        items=st.lists(st.booleans(), min_size=1, max_size=3),
        rounds=st.booleans(),
    )
    def begin(self, plan, loop, items, rounds):
        self.plan = plan
        self.deploy(plan, loop)
        self.make_manual_task()
        self.ingest(items)
        if rounds and any(self.deployed.tasks[name].max_visits for name in self.branches()):
            self.go_round_a_fork(0)

    def deploy(self, plan, loop, *, along=False):
        bundle = compiled(generated.text(plan, loop), no_files)
        version = bundle.pipeline

        def act(session):
            deployment.apply(session, bundle, actor=None, now=self.now, migrate=along)
            return session.exec(select(Pipeline.id)).one()

        self.pipeline_id = self.run(act)
        self.deployed = version
        self.learn()
        before = {(task, who) for task, team in self.model.team.items() for who in team}
        self.model.deploy(version, along=along)
        after = {(task, who) for task, team in self.model.team.items() for who in team}
        self.left |= dict.fromkeys(before - after, self.now)

    def make_manual_task(self):
        """A QA task beside the pipeline reviews its first task."""
        first = next(iter(self.deployed.tasks))
        team = {email(who): 1.0 for who in generated.PEOPLE[:2]}

        def act(session):
            dataset = session.exec(select(Dataset)).one()
            tasks.create(
                session,
                actor=None,
                dataset_id=dataset.id,
                name=MANUAL,
                recipe=None,
                assignees=team,
                type="qa",
                reviews=[self.task(session, first).id],
                now=self.now,
            )

        self.run(act)
        self.learn()
        offered = statuses.DEFAULTS["qa"]
        self.model.tasks[MANUAL] = Task(MANUAL, "qa", Recipe(()), offered, team, None, {}, reviews=(first,))
        self.model.team[MANUAL], self.model.by_hand = team, {first}

    @rule(
        loop=generated.bounds(),
        drop=st.one_of(st.none(), numbers),
        changed=numbers,
        hands=generated.plans(),
        passes=st.sampled_from(["pass", "pass", "well"]),
        along=st.booleans(),
    )
    @precondition(lambda self: self.deployed is not None and self.deploys < 2)
    def deploy_a_changed_version(self, loop, drop, changed, hands, passes, along):
        self.deploys += 1
        plan = [stretch | {"pass": passes} for stretch in self.plan]
        plan[changed % len(plan)]["hands"] = max((one["hands"] for one in hands), key=lambda one: len(one["assignees"]))
        if any(len(one["hands"]["assignees"]) < 2 for one in plan if one["kind"] != "qa"):
            plan = [stretch | {"pass": passes} for stretch in self.plan]
        if drop is not None and len(plan) > 1:
            del plan[1 + drop % (len(plan) - 1)]
        self.deploy(plan, loop, along=along)

    @rule()
    @precondition(lambda self: self.deploys)
    def take_along(self):
        def act(session):
            return migration.migrate(session, pipeline_id=self.pipeline_id, actor=None, now=self.now)

        self.run(act)
        self.model.take_along()

    @rule(items=st.lists(st.booleans(), min_size=1, max_size=2))
    @precondition(lambda self: sum(one.exit is None for one in self.model.entries.values()) < MANY)
    def ingest(self, items):
        first, self.named = self.named, self.named + len(items)

        def act(session):
            pipeline = session.get_one(Pipeline, self.pipeline_id)
            new = [
                Item(
                    dataset_id=pipeline.dataset_id,
                    name=str(first + number),
                    meta={"night": night},
                    created_at=self.now,
                )
                for number, night in enumerate(items)
            ]
            session.add_all(new)
            session.flush()
            entries.enter_new(session, pipeline=pipeline, now=self.now)
            return [(item.id, item.meta) for item in new]

        self.model.meta |= dict(self.run(act))
        self.model.take_in()

    # -- second thoughts, and what is stuck

    @rule(number=numbers)
    def clear(self, number):
        key = self.pick(number, "submitted")
        if key is None:
            return

        def act(session):
            task, task_item = self.task(session, key[1]), self.row(session, key)
            reversals.clear(
                session, actor=None, task_id=task.id, item_ids=[task_item.item_id], now=self.now, end_claims=True
            )

        for _ in self.attempt(self.model.may_take_back(key), act):
            self.model.clear(key)

    @rule(number=numbers, to=numbers)
    def send_what_is_stuck(self, number, to):
        found = sorted(
            key for key, task_item in self.model.task_items.items() if task_item.parked is not None and key[1] != MANUAL
        )
        if not found:
            return
        key = found[number % len(found)]
        version = self.model.entries[key[0]].version
        branches = {name: branch for one in version.tasks.values() for branch in one.branches for name in branch}
        here = branches.get(key[1])
        names = [Target("task", name) for name in version.tasks if branches.get(name) == here]
        names += [
            Target("exit", name) for name in version.exits if name == "discarded" or not (here or name == "approved")
        ]
        if not names:
            return
        target = names[to % len(names)]

        def act(session):
            task_items.send(
                session,
                actor=None,
                task_item_id=self.row(session, key).id,
                to=target.name,
                now=self.now,
                end_claims=True,
            )

        self.run(act)
        self.model.send(key, target)

    @rule(number=numbers, to=numbers)
    def send_once_more(self, number, to):
        found = sorted(
            key for key, task_item in self.model.task_items.items() if task_item.parked is None and key[1] != MANUAL
        )
        if not found:
            return
        key = found[number % len(found)]
        version = self.model.entries[key[0]].version
        targets = [Target("task", name) for name in version.tasks] * 3 + [
            Target("exit", name) for name in version.exits
        ]
        target = targets[to % len(targets)]

        def act(session):
            by = {"actor": None, "task_item_id": self.row(session, key).id, "to": target.name}
            said = task_items.preview_send(session, **by)
            assert said == task_items.send(session, **by, now=self.now, end_claims=True)

        for _ in self.attempt(self.model.may_send_again(key, target), act):
            self.model.send_again(key, target)

    @rule()
    def export(self):
        exits = sorted({one.exit for one in self.model.entries.values() if one.exit not in (None, "removed")})

        def act(session):
            for name in exits:
                all_of_it = departures.Chosen(self.pipeline_id, name, true())
                departures.mark_exported(session, all_of_it, after=0, limit=100, now=self.now)

        self.run(act)
        for one in self.model.entries.values():
            one.exported |= one.exit in exits

    # -- items

    @rule(number=numbers, to=numbers, manual=st.booleans())
    def add_an_item(self, number, to, manual):
        items = sorted(self.model.meta.keys() - self.model.archived)
        if not items:
            return
        self.add_one(items[number % len(items)], MANUAL if manual else self.some_task(to))

    def add_one(self, item, task):
        task_item = self.model.task_items.get((item, task))
        there = task_item is not None and task_item.state != "withdrawn"

        def act(session):
            return tasks.add_items(
                session, actor=None, task_id=self.task(session, task).id, item_ids=[item], now=self.now
            )

        allowed = task not in self.model.closed and (task == MANUAL or there or self.model.may_add(item, task))
        for added in self.attempt(allowed, act):
            assert added == (not there)
            if added:
                self.model.add_item(item, task)

    @rule(number=numbers)
    def remove_an_item(self, number):
        key = self.pick(number, "queued", "claimed", "returned", "waiting", "submitted", "withdrawn")
        if key is None:
            return

        def act(session):
            task = self.task(session, key[1])
            return task_items.remove_items(
                session, actor=None, task_id=task.id, item_ids=[key[0]], now=self.now, end_claims=True
            )

        gone = self.model.task_items[key].state == "withdrawn"
        for removed in self.attempt(gone or self.model.may_remove(*key), act):
            assert removed == (not gone)
            if removed:
                self.model.remove_item(*key)

    @rule(number=numbers)
    @precondition(lambda self: len(self.model.archived) < len(self.model.meta) // 3)
    def archive_an_item(self, number):
        items = sorted(self.model.meta.keys() - self.model.archived)
        if not items:
            return
        item = items[number % len(items)]

        def act(session):
            dataset = session.exec(select(Dataset)).one()
            task_items.archive_items(
                session, actor=None, dataset=dataset, item_ids=[item], now=self.now, end_claims=True
            )

        self.run(act)
        self.model.archive(item)

    @rule(number=numbers)
    @precondition(lambda self: self.model.archived)
    def erase_an_item(self, number):
        items = sorted(self.model.meta)
        item = items[number % len(items)]

        def act(session):
            erasure.erase(session, actor=None, item_ids=[item], now=self.now)

        for _ in self.attempt(item in self.model.archived, act):
            self.model.erase(item)
