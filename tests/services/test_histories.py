"""Random histories: whatever people, managers, movers and the clock do, the tables are as the model says."""

import os
import sqlite3
from functools import partial

import pytest
from engines import empty, kept
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from machine import Histories

from workflow_core.store.database import schema
from workflow_core.store.database.engine import engine_for

RUNS = int(os.environ.get("ANNOFLOW_SOAK", "0"))
STEPS = 50
SHORTENED = "ANNOFLOW_BREAKING" not in os.environ
"""Whether a history that fails is made short: who broke a rule on purpose asks only whether one does."""


def play(engine, reset, runs):
    run_state_machine_as_test(
        lambda: Histories(engine, reset),
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            # The same histories each time, so that a change is to blame; a soak plays others.
            derandomize=not RUNS,
            phases=[phase for phase in Phase if phase is not Phase.shrink or SHORTENED],
        ),
    )


@pytest.mark.long
@pytest.mark.timeout(max(1800, 2 * RUNS))
def test_any_history_is_as_the_model_says_on_sqlite():
    engine = engine_for("sqlite://")
    schema.upgrade(engine)
    template = sqlite3.connect(":memory:")
    raw = engine.raw_connection()
    raw.driver_connection.backup(template)
    raw.close()

    def reset():
        connection = engine.raw_connection()
        template.backup(connection.driver_connection)
        connection.close()

    play(engine, reset, RUNS or 300)
    engine.dispose()


@pytest.mark.long
@pytest.mark.timeout(max(1800, 4 * RUNS))
def test_any_history_is_as_the_model_says_on_postgresql(postgres_url):
    play(kept(postgres_url), partial(empty, postgres_url), RUNS // 6 or 50)
