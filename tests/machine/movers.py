"""The mover, the sweeper and the clock."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from machine.tables import LEASE, Tables
from workflow_core.services.running import moves, sweeps


class Movers(Tables):
    """What moves by itself; a crash commits nothing."""

    @rule(minutes=st.sampled_from([1, 20, 31]))
    def time_passes(self, minutes):
        self.sweep(minutes)

    @rule(minutes=st.sampled_from([-600, -31, 1440]))
    def the_clock_jumps(self, minutes):
        self.sweep(minutes)

    def sweep(self, minutes):
        self.now += timedelta(minutes=minutes)
        self.run(lambda session: sweeps.sweep(session, now=self.now))
        claimed = [key for key, task_item in self.model.task_items.items() if task_item.state == "claimed"]
        for key in claimed:
            self.leases[key] = min(self.leases[key], self.now + LEASE)
        self.model.sweep([key for key in claimed if self.leases[key] <= self.now])

    @rule(limit=st.sampled_from([1, 2, 1000]))
    def advance(self, limit):
        self.move(limit)

    def move(self, limit):
        moved = self.run(lambda session: moves.advance(session, limit=limit, now=self.now))
        assert moved.routed == self.model.advance(limit)
        self.tables_and_model_agree()

    @rule(limit=st.sampled_from([1, 1000]))
    def crash_while_moving(self, limit):
        self.run(lambda session: moves.advance(session, limit=limit, now=self.now), commit=False)
