"""Imports, claims, drafts, statuses, flags and second thoughts in any order: nothing that no person has seen leaves."""

import json
import random
from collections import defaultdict
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import NoResultFound
from stage import BOX, Stage

from pipelines import REVIEWED
from workflow_core.errors import AnnoflowError
from workflow_core.services.contributors import annotation_sets, work
from workflow_core.services.exchange import exports
from workflow_core.store.database.engine import session_scope

ITEMS, STEPS = 4, 150


class Orders:
    """Acts at random on items, and what a person has seen of them: each annotation is known by where it is drawn."""

    def __init__(self, engine, folder, seed):
        self.stage, self.folder, self.chance = Stage(engine), folder, random.Random(seed)
        self.stage.deploy(REVIEWED)
        self.stage.add_items(ITEMS)
        self.there, self.shown, self.seen, self.last = defaultdict(set), {}, set(), 0
        with self.stage.session() as session:
            self.keys = {one: self.stage.task_item(session, "cars", one).item_id for one in range(ITEMS)}
            self.cars = self.stage.task(session, "cars").id

    def step(self):
        item = self.chance.randrange(ITEMS)
        acts = [self.bring] * 6 + [self.claim] * 8 + [self.submit] * 9 + [self.review] * 5 + [self.fix] * 3
        acts += [self.flag] * 2 + [self.undo, self.clear, self.release, self.expire, self.dismiss]
        with suppress(AnnoflowError, NoResultFound):  # it may not have come to its review yet
            self.chance.choice(acts)(item)
        self.stage.advance()
        self.agree(item)

    def agree(self, *items):
        with self.stage.session() as session:
            for one in items:
                drawn = annotation_sets.of_item(session, item_id=self.keys[one], task_id=self.cars)
                assert {where(each) for each in drawn} == self.there[one]

    def draw(self):
        self.last += 1
        return {**BOX, "geometry": {**BOX["geometry"], "x": self.last}}

    def bring(self, item):
        new = [self.draw() for _ in range(self.chance.randint(1, 2))]
        done = self.stage.row("cars", item).status is not None
        reopen = self.chance.random() < 0.1
        came = self.stage.bring(*new, item=item, reopen=reopen, end_claims=True)
        assert came.new == len(new) or (done and came.new == 0)
        assert not done or reopen or came.new == 0
        self.there[item] |= {where(one) for one in new[: came.new]}

    def claim(self, item):
        before = self.held()
        self.stage.claim("ann", "cars")
        self.shown |= {one: set(self.there[one]) for one in self.held() - before}

    def held(self):
        rows = self.stage.rows()
        return {one for one in range(ITEMS) if rows[str(one), "cars"].state == "claimed"}

    def submit(self, item):
        drawn = self.stage.drawn(item)
        listed = self.chance.sample(drawn, self.chance.randint(0, len(drawn)))
        moved = [
            one | {"geometry": {**one["geometry"], "y": self.last}} for one in listed if self.chance.random() < 0.3
        ]
        listed = [one for one in listed if one["id"] not in {each["id"] for each in moved}] + moved
        listed += [self.draw() for _ in range(self.chance.randint(0, 1))]
        how = self.chance.choice(["list", "draft", "nothing"])
        before = self.stage.row("cars", item)
        if before.status is not None:
            return
        if how == "draft":
            self.draft(item, listed)
        elif self.has_draft(item):
            how = "list"
        given = {"annotations": listed} if how == "list" else {}
        self.stage.submit("ann", "cars", item, self.chance.choice(["completed"] * 9 + ["discarded"]), **given)
        shown = self.shown.setdefault(item, set(self.there[item]))
        if how == "nothing":
            return
        listed_at = {where(one) for one in listed}
        self.there[item] = listed_at | (self.there[item] - shown - self.seen)
        self.seen |= listed_at

    def draft(self, item, listed):
        with self.stage.session() as session:
            by = {"actor": self.stage.person(session, "ann"), "now": self.stage.now}
            opened = self.stage.task_item(session, "cars", item).id
            work.save_draft(session, task_item_id=opened, annotations=listed, **by)

    def has_draft(self, item):
        with self.stage.session() as session:
            opened = self.stage.task_item(session, "cars", item).id
            count = session.connection().exec_driver_sql(f"SELECT count(*) FROM draft WHERE task_item_id = {opened}")
            return count.scalar_one() > 0

    def review(self, item):
        self.stage.submit("quinn", "qa", item, self.chance.choice(["approved", "approved", "redo", "away"]))

    def flag(self, item):
        drawn = self.stage.drawn(item)
        on = {"annotation_id": self.chance.choice(drawn)["id"]} if drawn else {}
        self.stage.flag("quinn", "qa", "cars", item, **on)

    def fix(self, item):
        for issue, state in self.stage.issues().items():
            if state == "open":
                self.stage.fix("ann", issue)

    def dismiss(self, item):
        for issue, state in self.stage.issues().items():
            if state in ("open", "for_review"):
                self.stage.dismiss("quinn", issue)

    def undo(self, item):
        self.stage.undo("ann", "cars", item)
        self.shown[item] = set(self.there[item])

    def clear(self, item):
        self.stage.clear("cars", item, end_claims=True)

    def release(self, item):
        self.stage.release("ann", "cars", item)

    def expire(self, item):
        self.stage.tick(hours=2)
        self.stage.sweep()

    def left(self, exit_name):
        """Export an exit; what is written is what a person has seen, and no more."""
        done = exports.export(
            partial(session_scope, self.stage.engine),
            pipeline="p",
            project="default",
            exit_name=exit_name,
            to=str(self.folder / exit_name),
            formats=["jsonl"],
            now=self.stage.now,
        )
        unseen = 0
        for line in (Path(done.uri) / "items.jsonl").read_text().splitlines():
            written = json.loads(line)
            there = self.there[int(written["name"])]
            assert {where(one) for one in written["annotations"]} == there & self.seen
            unseen += len(there - self.seen)
        assert done.unseen == unseen
        return done


def where(drawn):
    return int(drawn["geometry"]["x"])


@pytest.mark.long
@pytest.mark.parametrize(
    ("database_url", "seed"),
    [*(("sqlite", seed) for seed in range(6)), *(("postgres", seed) for seed in range(2))],
    indirect=["database_url"],
)
def test_nothing_unseen_leaves_whatever_the_order(engine, tmp_path, seed):
    orders = Orders(engine, tmp_path, seed)
    for number in range(1, STEPS + 1):
        orders.step()
        if number % 10 == 0:
            orders.agree(*range(ITEMS))
            orders.left("approved")
            orders.left("elsewhere")
    orders.stage.check()
