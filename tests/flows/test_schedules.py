"""What the checker takes as a schedule is what Prefect runs, and means the same to it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect._vendor.croniter import croniter
from prefect.client.schemas.schedules import CronSchedule
from pydantic import TypeAdapter, ValidationError

from workflow_core.pipeline.language import schedules

CRON, TIMEZONE = TypeAdapter(schedules.Cron), TypeAdapter(schedules.Timezone)


def taken(adapter: TypeAdapter[str], value: str) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def terms(first: int, last: int, *words: str) -> st.SearchStrategy[str]:
    """Terms of a field: mostly right, some beyond its bounds, some of the grammar that only Prefect has."""
    number = st.integers(first, last).map(str) | st.sampled_from([*words, str(last + 1), "00", "7"])
    span = st.builds("{}-{}".format, number, number)
    stepped = st.builds("{}/{}".format, st.just("*") | span | number, st.integers(0, last + 2))
    term = st.just("*") | number | span | stepped | st.sampled_from(["?", "L", "LW", "H", "R", "1#2", "5W", ""])
    return st.just("*") | st.lists(term, min_size=1, max_size=3).map(",".join)


FIELDS = (terms(0, 59), terms(0, 23), terms(1, 31), terms(1, 12, "JAN", "dec"), terms(0, 6, "SUN", "fri", "7"))


@given(st.tuples(*FIELDS))
def test_a_schedule_that_passes_is_one_to_prefect_and_comes_when_it_says(words: tuple[str, ...]) -> None:
    cron = " ".join(words)
    if not taken(CRON, cron):
        return
    CronSchedule(cron=cron)
    assert croniter(cron, datetime(2026, 1, 1, tzinfo=UTC)).get_next(datetime)
    expanded, _ = croniter.expand(cron)
    for word, field, read in zip(words, schedules.FIELDS, expanded, strict=True):
        everything = set(range(field.first, field.last + 1))
        assert schedules._numbers(word, field) == (everything if read == ["*"] else set(read))


REFUSED = (
    "0 6 31 2 *|0 0 30 2 0-6|0 0 31 4,6,9 */1"
    "|@daily|0 6 LW * *|0 0 6 * * *|5-5 * * * *|59/5 * * * *|0 6 * * ?|0 0 31 2 1|0 6 * * *,0"
)


@pytest.mark.parametrize("cron", REFUSED.split("|"))
def test_a_schedule_that_never_comes_or_means_two_things_is_refused(cron: str) -> None:
    assert not taken(CRON, cron)


@pytest.mark.parametrize("cron", ["0 0 29 2 *", "0 6 * * mon-FRI", "*/5 8-18/2 1,15 jan,jul 7"])
def test_what_people_write_passes(cron: str) -> None:
    assert taken(CRON, cron)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "", "europe/berlin", "../UTC", "Europe/Belin"])
def test_a_time_zone_passes_where_prefect_knows_it(zone: str) -> None:
    known = zone in ("UTC", "Europe/Berlin")
    assert taken(TIMEZONE, zone) == known
    if known:
        CronSchedule(cron="0 6 * * *", timezone=zone)
