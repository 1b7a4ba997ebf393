"""When a run counts as dead; that the sweep ends it, is in the tests of `annoflow up`."""

from datetime import datetime, timedelta

import pytest
from prefect.client.schemas.objects import State
from prefect.states import Cancelling, Pending, Running

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
    assert dead == (sign == LONG_AGO if made is Running else age == LONG_AGO)
