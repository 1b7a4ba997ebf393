"""Who works: people come, go, pause, and get the work of others."""

import generated
from hypothesis import strategies as st
from hypothesis.stateful import rule
from stage import email

from machine.movers import Movers
from machine.tables import numbers
from workflow_core.services.accounts import members
from workflow_core.services.managers import staff
from workflow_core.store.models import Pipeline


class Team(Movers):
    """What managers do to the team of a task."""

    @rule(who=st.sampled_from(generated.PEOPLE))
    def deactivate_or_bring_back(self, who):
        """At most one is away at a time: with nobody there nothing happens."""
        who = next((one.partition("@")[0] for one in self.model.inactive), who)
        if email(who) not in self.people:
            return

        def act(session):
            project = session.get_one(Pipeline, self.pipeline_id).project_id
            if self.person(session, email(who)).active:
                members.deactivate(session, actor=None, project_id=project, email=email(who), now=self.now)
            else:
                members.activate(session, actor=None, project_id=project, email=email(who))

        self.run(act)
        if email(who) in self.model.inactive:
            self.model.inactive.discard(email(who))
        else:
            self.model.deactivate(email(who))

    @rule(number=numbers, what=st.sampled_from(["task", "person", "pipeline"]), who=st.sampled_from(generated.PEOPLE))
    def pause_or_go_on(self, number, what, who):
        task = self.some_task(number)
        key = {"task": task, "person": (task, email(who)), "pipeline": "pipeline"}[what]
        if what == "person" and key not in self.model.assignments:
            return

        def act(session):
            if what == "person":
                one = {"what": "assignment", "key": self.model.assignments[key]}
            else:
                number = self.task(session, task).id if what == "task" else self.pipeline_id
                one = {"what": what, "key": number}
            if key in self.model.paused:
                staff.resume(session, actor=None, **one)
            else:
                staff.pause(session, actor=None, **one, now=self.now)

        self.run(act)
        self.model.paused ^= {key}

    @rule(number=numbers)
    def redistribute(self, number):
        task = self.some_task(number)

        def act(session):
            staff.redistribute(session, actor=None, task_id=self.task(session, task).id, now=self.now)

        allowed = self.model.tasks[task].queue is None and bool(self.model.team[task])
        for _ in self.attempt(allowed, act):
            self.model.redistribute(task)

    @rule(number=numbers, who=st.sampled_from(generated.PEOPLE), heir=st.sampled_from([None, *generated.PEOPLE]))
    def let_somebody_leave(self, number, who, heir):
        task, who, heir = self.some_task(number), email(who), heir and email(heir)
        if who not in self.model.team[task]:
            return

        def act(session):
            found = self.task(session, task)
            if heir is None:
                staff.remove(session, actor=None, task_id=found.id, email=who, now=self.now, end_claims=True)
            else:
                staff.reassign(session, actor=None, task_id=found.id, old=who, new=heir, now=self.now, end_claims=True)

        for _ in self.attempt(heir != who and heir not in self.model.inactive, act):
            self.learn()
            self.model.leave(task, who, heir)

    @rule(number=numbers, who=st.sampled_from(generated.PEOPLE), weight=st.integers(1, 3))
    def let_somebody_join(self, number, who, weight):
        task, who = self.some_task(number), email(who)

        def act(session):
            of = self.task(session, task)
            staff.add(session, actor=None, task_id=of.id, email=who, weight=float(weight), now=self.now)

        for _ in self.attempt(who not in self.model.inactive, act):
            self.learn()
            self.model.team[task][who] = float(weight)
