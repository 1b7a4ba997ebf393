"""Two reviews of one item at once: one in the pipeline, and one beside it."""

from hypothesis.stateful import rule
from model.state import OPEN

from machine.managers import Managers
from machine.people import People
from machine.reviewers import Reviewers
from machine.tables import MANUAL, numbers
from workflow_core.pipeline.compiled import Target


class TwoReviews(People, Reviewers, Managers):
    """Both send it back, each in its way: chance alone hardly ever finds that."""

    @rule(number=numbers, status=numbers)
    def both_reviews_send_it_back(self, number, status):
        """One decides, the other one flags; the author, who has it once, ends that as they like."""
        self.work_until_a_review()
        first = next(iter(self.deployed.tasks))
        back = (Target("task", first),)
        leading_back = {name for name, task in self.deployed.tasks.items() if task.routes.get("redo") == back}
        found = sorted(
            (item, task)
            for (item, task), task_item in self.model.task_items.items()
            if task in leading_back
            and task_item.state in ("queued", "claimed")
            and self.model.task_items[item, first].state == "submitted"
        )
        if not found:
            return
        item, review = found[number % len(found)]
        self.add_one(item, MANUAL)
        self.tables_and_model_agree()
        before = set(self.model.issues)
        for task, act in ((MANUAL, self.flag_first), (review, self.decide_anew)):
            who = self.whose_turn((item, task), number)
            if who in self.people:
                act((item, task), first, who)
        self.move(1000)
        author = self.whose_turn((item, first), number)
        if author not in self.people:
            return
        for issue in sorted(self.model.issues.keys() - before):
            self.fix_one(issue, author)
        offered = self.model.offered((item, first))
        self.set_if_open((item, first), author, offered[status % len(offered)])

    def flag_first(self, key, first, who):
        if key in self.model.task_items:
            self.flag_at(key, first, who)

    def decide_anew(self, key, first, who):
        self.set_if_open(key, who, "redo")

    def set_if_open(self, key, who, status):
        if self.model.task_items[key].state in OPEN:
            self.set_status(key, who, status)
