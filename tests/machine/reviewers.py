"""Reviewers and the authors of what they flag."""

from hypothesis import strategies as st
from hypothesis.stateful import rule
from model.state import OPEN
from stage import email

from machine.movers import Movers
from machine.tables import HOLDER, numbers
from workflow_core.services.reviewers import reviews


class Reviewers(Movers):
    """Issues: flagged, fixed, re-opened, approved, dismissed."""

    def holder(self, key, who, number=0):
        return self.whose_turn(key, number) if who is None else email(who)

    @rule(number=numbers, about=numbers, who=HOLDER)
    def flag(self, number, about, who):
        key = self.pick(number, "queued", "claimed", "waiting", type="qa")
        if key is None:
            return
        who = self.holder(key, who, number)
        reviewed = sorted(self.model.reviewed(key))
        if who in self.people:
            self.flag_at(key, reviewed[about % len(reviewed)], who)

    def flag_at(self, key, task, who):
        wrote = self.model.authors[key[0], task]

        def act(session):
            qa = self.row(session, key)
            issue = reviews.flag(
                session, actor=self.person(session, who), task_item_id=qa.id, kind="missing", task=task, now=self.now
            )
            return issue.id

        for issue in self.attempt(self.model.may_flag(key, task, who), act):
            self.model.flag(issue, key, task, who, wrote[-1] if wrote else None)

    def issue(self, number, *states):
        found = sorted(key for key, one in self.model.issues.items() if one.state in states)
        return found[number % len(found)] if found else None

    def judge(self, issue, who, service, allowed):
        def act(session):
            actor = self.person(session, who)
            service(session, actor=actor, issue_id=issue, now=self.now)

        return self.attempt(allowed, act)

    @rule(number=numbers, who=HOLDER)
    def fix(self, number, who):
        key = self.issue(number, "open", "open", "for_review")
        if key is None:
            return
        issue = self.model.issues[key]
        who = self.holder((issue.item, issue.task), who)
        if who in self.people:
            self.fix_one(key, who)

    def fix_one(self, key, who):
        issue = self.model.issues[key]
        for _ in self.judge(key, who, reviews.fix, self.model.may_fix(issue, who)):
            self.model.fix(issue)

    @rule(number=numbers, who=HOLDER)
    def reopen(self, number, who):
        key = self.issue(number, "for_review")
        if key is None:
            return
        issue = self.model.issues[key]
        who = self.holder((issue.item, issue.qa), who)
        if who in self.people:
            for _ in self.judge(key, who, reviews.reopen, self.model.may_reopen(issue, who)):
                self.model.reopen(issue, who)

    @rule(number=numbers, who=HOLDER, manager=st.booleans())
    def approve(self, number, who, manager):
        key = self.issue(number, "for_review")
        if key is None:
            return
        issue = self.model.issues[key]
        who = self.holder((issue.item, issue.qa), who)

        def act(session):
            reviews.approve(session, actor=None, issue_id=key, now=self.now)

        if manager:
            done = self.attempt(self.model.task_items[issue.item, issue.qa].state not in OPEN, act)
        else:
            done = self.judge(key, who, reviews.approve, self.model.may_judge(issue, who)) if who in self.people else ()
        for _ in done:
            self.model.judged(issue, "approved")

    @rule(number=numbers, who=HOLDER, manager=st.booleans())
    def dismiss(self, number, who, manager):
        key = self.issue(number, "open", "for_review")
        if key is None:
            return
        issue = self.model.issues[key]
        who = self.holder((issue.item, issue.qa), who)
        if manager:
            self.run(lambda session: reviews.dismiss(session, actor=None, issue_id=key, now=self.now))
            self.model.judged(issue, "dismissed")
        elif who in self.people:
            for _ in self.judge(key, who, reviews.dismiss, self.model.may_judge(issue, who)):
                self.model.judged(issue, "dismissed")

    @rule(number=numbers, about=numbers, status=numbers, again=st.booleans())
    def go_round(self, number, about, status, again):
        """A whole loop: flagged, fixed, submitted; and perhaps re-opened and fixed once more."""
        self.work_until_a_review()
        self.flag(number, about, None)
        for _ in range(2 if again else 1):
            key = self.issue(number, "open")
            if key is None:
                return
            self.fix(number, None)
            issue = self.model.issues[key]
            task_item = sorted(
                k for k, p in self.model.task_items.items() if p.state in ("queued", "claimed", "returned", "waiting")
            )
            if (issue.item, issue.task) in task_item:
                self.submit(task_item.index((issue.item, issue.task)), status)
            if again:
                self.reopen(number, None)
