"""The benchmark measures what it says: very small, so that its rivals keep up with the tables and the services."""

from pathlib import Path

import pytest

from tests.bench import measures, people, tables
from tests.bench.beds import Bed, Postgres, Sqlite
from tests.bench.by_hand import AGAIN, SPLIT, STRAIGHT
from tests.bench.states import SPLIT as WITH_A_ROUTER
from tests.bench.states import State


@pytest.fixture(params=["sqlite", "postgres"])
def bed(request: pytest.FixtureRequest, tmp_path: Path) -> Bed:
    if request.param == "sqlite":
        return Sqlite(tmp_path)
    return Postgres(tmp_path, server=request.getfixturevalue("postgres_server"))


def test_people_work_by_services_and_by_hand_and_what_they_leave_is_the_same(bed):
    lines = list(people.all_of(bed, 160, pace=people.Pace(1, 0.1, thought=0.1), at_once=(2,)))
    assert [line.by for line in lines] == 3 * ["by hand", "annoflow"]
    assert all(line.rate > 0 and line.cpu > 0 for line in lines)
    assert len(tables.of_people(lines).rows) == len(lines)


@pytest.mark.parametrize(
    ("state", "way"),
    [
        (State(60), STRAIGHT),
        (State(60, pipeline=WITH_A_ROUTER), SPLIT),
        (State(60, before="signs"), AGAIN),
    ],
    ids=["straight on", "by a router", "once more"],
)
def test_items_go_by_hand_where_annoflow_takes_them(bed, state, way):
    by_hand, ours = measures.routing(bed, 60, "routed", state, way)
    assert by_hand.ratio == 1 and ours.ratio > 0
