"""When a run counts as dead; that the sweep ends it, is in the tests of `annoflow up`."""

from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Cancelling, Pending, Running

from flows import dead_runs
from flows.dead_runs import SILENCE, is_dead

JUST_NOW, LONG_AGO = timedelta(minutes=4), SILENCE + timedelta(minutes=1)


@pytest.mark.parametrize("made", [Running, Pending, Cancelling])
@pytest.mark.parametrize("sign", [None, JUST_NOW, LONG_AGO])
@pytest.mark.parametrize("age", [JUST_NOW, LONG_AGO])
def test_a_run_is_dead_that_gives_no_sign_of_life_any_more_or_is_never_begun(
    made: type[State], sign: timedelta | None, age: timedelta, now: datetime
) -> None:
    state = made(timestamp=now - age)
    dead = is_dead(state, last_sign=now - sign if sign else None, now=now)
    assert dead == (age == LONG_AGO and sign != JUST_NOW)


def test_where_signs_of_life_are_switched_off_no_run_is_taken_for_dead() -> None:
    # Nobody is asked: there is no server at this address.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert dead_runs.close(datetime.now(UTC) + 2 * SILENCE) == 0
