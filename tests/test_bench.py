"""The benchmark measures what it says: very small, so that its rivals keep up with the tables and the services."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import pytest
from served import with_first_routes

from tests.bench import beside, files, growth, measures, opening, ours, over_http, pages, people, tables
from tests.bench.acts import ByServices, BySql
from tests.bench.beds import Bed, Postgres, Sqlite
from tests.bench.by_hand import AGAIN, SPLIT, STRAIGHT, drain
from tests.bench.states import SPLIT as WITH_A_ROUTER
from tests.bench.states import State
from workflow_core import server
from workflow_core.settings import Settings
from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import Engine, engine_for, session_scope


def test_each_part_starts_as_a_command_of_its_own() -> None:
    parts = ", ".join(f"tests.bench.{one.stem}" for one in Path(__file__).with_name("bench").glob("[a-z]*.py"))
    subprocess.run([sys.executable, "-c", f"import {parts}"], cwd=Path(__file__).parents[1], check=True)


@pytest.fixture(scope="module", autouse=True)
def routes_are_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All servers are forks of this process."""
    make = server.make
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "make", lambda *given, **more: with_first_routes(make(*given, **more)))
        server.warm(server.make(Settings(home=tmp_path_factory.mktemp("first"))))
        yield


@pytest.fixture(params=["sqlite", "postgres"])
def bed(request: pytest.FixtureRequest, tmp_path: Path) -> Bed:
    if request.param == "sqlite":
        return Sqlite(tmp_path)
    return Postgres(tmp_path, server=request.getfixturevalue("postgres_server"))


def written(url: str) -> dict[str, Counter[tuple[tuple[str, str], ...]]]:
    """Return the rows of all tables that rivals write, but for who got an item: annoflow keeps exactly to weights."""
    engine = engine_for(url)
    rows = {}
    with session_scope(engine) as session:
        for table in ("task_item", "event", "annotation", "activity", "draft", "entry"):
            found = run(session, f"SELECT * FROM {table}").mappings()
            rows[table] = Counter(
                tuple((name, str(value)) for name, value in row.items() if name != "assignment_id") for row in found
            )
    engine.dispose()
    return rows


def same_is_written(bed: Bed, state: str, ways: Sequence[Callable[[Engine], Iterator[object]]], steps: int) -> None:
    """Take so many steps by hand and by annoflow on copies of a state: the same rows must be there afterwards."""
    found = []
    for way in ways:
        with bed.copy(state) as url:
            engine = engine_for(url)
            assert len(list(islice(way(engine), steps))) == steps
            engine.dispose()
            found.append(written(url))
    hand, annoflow = found
    for table, rows in hand.items():
        assert not (rows - annoflow[table]) | (annoflow[table] - rows), table


@pytest.mark.long
def test_people_work_by_services_and_by_hand_and_nothing_is_lost(bed, monkeypatch):
    monkeypatch.setattr(people, "WARMING", 0.05)
    # More of them than can be done in that time.
    lines = list(people.all_of(bed, 2_000, pace=people.Pace(1, 0.1, thought=0.05), at_once=(2,)))
    assert [line.by for line in lines] == 3 * ["by hand", "annoflow"]
    assert all(line.rate > 0 and line.cpu > 0 for line in lines)
    assert len(tables.of_people(lines).rows) == len(lines)
    # The halves, too: a claim that was not submitted.
    same_is_written(bed, "people", [partial(people.work, acts, 0, 1) for acts in (BySql, ByServices)], steps=3)


def test_people_work_over_http_and_nothing_is_lost(bed):
    pace = people.Pace(1, 0.3)
    lines = list(over_http.all_of(bed, 1_200, pace=pace, at_once=(2,)))
    assert [line.by for line in lines] == ["bare FastAPI", "annoflow"]
    assert all(line.rate > 0 for line in lines)
    assert len(tables.of_http(lines).rows) == len(lines)


@pytest.mark.parametrize("bed", ["sqlite"], indirect=True)  # what it has of PostgreSQL its halves have, above and below
def test_people_wait_over_http_beside_a_mover_and_an_import_and_nothing_is_lost(bed):
    pace = people.Pace(1, 0.3, thought=0.02)
    lines = list(beside.all_of(bed, 60, imported=30, items=600, clients=2, pace=pace))
    assert [(line.what, line.rows) for line in lines] == [("nothing", 0), ("moving", 60), ("importing", 30)]
    assert all(line.pairs > 0 for line in lines)
    assert len(tables.of_beside(lines).rows) == len(lines)


@pytest.mark.parametrize("bed", ["sqlite"], indirect=True)
def test_task_items_are_opened_over_http_among_few_and_among_many(bed):
    lines = list(opening.all_of(bed, 120, pace=people.Pace(1, 0.2), few=80))
    assert [line.items for line in lines] == [80, 120]
    assert len(tables.of_opening(lines).rows) == len(lines)


def test_pages_are_opened_among_few_and_many_by_as_many_statements(tmp_path):
    lines = list(pages.all_of(Sqlite(tmp_path), 600, few=300, turns=1))
    assert [line.page for line in lines] == [*pages.LISTING, *pages.FIGURED, *pages.COUNTING, *pages.COUNTING]
    listing = {line.page: line.statements for line in lines if line.page in pages.LISTING}
    assert {page: each for page, each in listing.items() if len(set(each)) > 1} == {}
    assert len(tables.of_pages(lines).rows) == len(lines)


@pytest.mark.parametrize("bed", ["sqlite"], indirect=True)
def test_acts_happen_among_few_items_and_among_many(bed):
    lines = list(growth.all_of(bed, 600, rounds=2))
    assert [line.act for line in lines] == ["item why", "clear", "claim", "submit", "undo", "fix", "sweep"]
    assert all(line.ratio > 0 for line in lines)
    assert len(tables.of_growth(lines).rows) == len(lines)


@pytest.mark.parametrize("bed", ["sqlite"], indirect=True)
def test_each_file_of_a_folder_becomes_an_item_beside_cp(bed):
    lines = list(files.all_of(bed, 3, rounds=1))
    assert [line.by for line in lines] == ["cp", "annoflow"]
    assert len(tables.of_files(lines).rows) == len(lines)


@pytest.mark.parametrize(
    ("state", "way"),
    [
        (State(60), STRAIGHT),
        (State(60, pipeline=WITH_A_ROUTER), SPLIT),
        (State(60, before="signs"), AGAIN),
    ],
    ids=["straight on", "by a router", "once more"],
)
def test_items_are_moved_by_hand_as_annoflow_moves_them(bed, state, way):
    by_hand, annoflow = measures.routing(bed, 60, "routed", state, way)
    assert by_hand.ratio == 1 and annoflow.ratio > 0
    same_is_written(bed, "route", [partial(drain, way=way, batch=1000), ours.drain], steps=1)
