"""What `annoflow up` does about its children, with children that only pretend; the real ones are in test_up.py."""

import itertools
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workflow_core.errors import Conflict
from workflow_core.services.running import leases
from workflow_core.settings import Settings
from workflow_core.up import kept, mover, prefect_api, standby, supervisor
from workflow_core.up.children import only_one
from workflow_core.up.site import Address
from workflow_core.up.supervisor import Installation, Supervisor


class Pretender:
    """A child that does nothing, and is gone when the test says so."""

    made: list["Pretender"]

    def __init__(self, command: tuple[str, ...], *, env: dict[str, str], log: Path, folder: Path) -> None:
        if World.full:
            raise World.full
        self.name, self.args, self.env, self.gone, self.stopped = command[0], command[1:], env, False, False
        self.lines: list[str] = []
        self.folder = folder
        Pretender.made.append(self)

    def stop(self) -> None:
        self.stopped = self.gone = True

    def told(self) -> list[str]:
        told, self.lines = self.lines, []
        return told

    def last_words(self) -> str:
        return "ImportError: no such thing"


class World:
    """Time, Prefect and the mover as the test wants them."""

    full: OSError | None = None
    """What the system says when it has no room for another process."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.healthy = True
        self.moving: bool | Exception = False
        self.asked: list[float] = []
        self.refuses: str | None = None
        self.leftovers = 0

    def held(self, *_: object) -> bool:
        if isinstance(self.moving, Exception):
            raise self.moving
        return self.moving

    def run(self, _api: str, path: str) -> str | None:
        assert path == "the mover"
        self.asked.append(self.seconds)
        return self.refuses


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    Pretender.made = []
    monkeypatch.setattr(kept, "Child", Pretender)
    monkeypatch.setattr(World, "full", None)
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: world.seconds)
    monkeypatch.setattr(prefect_api, "healthy", lambda _: world.healthy)
    monkeypatch.setattr(prefect_api, "end_leftovers", lambda _: world.leftovers)
    monkeypatch.setattr(prefect_api, "run_deployment", world.run)
    monkeypatch.setattr(leases, "holder", lambda _: "somebody" if world.held() else None)
    monkeypatch.setattr(mover, "bury", lambda _: False)
    monkeypatch.setattr(mover, "ask_to_stop", lambda *_, **__: world.held())
    return world


def installation(home: Path, port: int = 0) -> Installation:
    return Installation(
        home=home,
        folder=home / "prefect",
        history=home / "prefect" / "prefect.db",
        database=f"sqlite:///{home / 'annoflow.db'}",
        lease=15.0,
        running=Settings(home=home).running,
        port=port,
        server=("server", "on port"),
        runner=("runner",),
        mover="the mover",
        address=Address(host="127.0.0.1", port=0, public_url="", server=("site",)),
        environment={"TOLD": "by the caller", "PREFECT_API_URL": "https://prefect.example.org"},
    )


@pytest.fixture
def up(world: World, tmp_path: Path) -> Iterator[Any]:
    said: list[str] = []
    up = Supervisor(installation(tmp_path), say=said.append, stop=threading.Event())
    up._standby._move = lambda: said.append("moves meanwhile")
    up.said = said
    yield up
    up.end()


def tend(up: Any, world: World, times: int = 1, step: float = 0.5) -> None:
    for _ in range(times):
        world.seconds += step
        up.tend()


def running(name: str) -> list[Pretender]:
    return [child for child in Pretender.made if child.name == name and not child.gone]


def test_the_server_comes_first_then_the_runner_then_it_says_where_prefect_is(up: Any, world: World) -> None:
    world.healthy = False
    tend(up, world, 5)
    assert [child.name for child in Pretender.made] == ["server"]
    world.healthy = True
    tend(up, world, 2)
    assert [child.name for child in Pretender.made] == ["server", "runner"]
    assert Settings(home=up._given.home).prefect_api() == up._api
    for child in Pretender.made:
        assert child.env == {"TOLD": "by the caller", "PREFECT_API_URL": up._api}


def test_it_says_once_what_comes_and_what_is_gone(up: Any, world: World) -> None:
    world.moving = True
    tend(up, world, 8)
    running("runner")[0].gone, world.leftovers = True, 2
    tend(up, world, 8)
    running("server")[0].gone = True
    tend(up, world, 8)
    world.moving = False
    tend(up, world, 8)
    world.moving = True
    tend(up, world, 8)
    up.end()
    up.end = lambda: None
    assert up.said == [
        "starting Prefect; the first time takes a quarter of a minute",
        "items are moving",
        f"Prefect is there after 0 s: {up._site}",
        "the runner of the flows is gone; starting another",
        "2 runs had been cut off; marked as crashed",
        "Prefect's server is gone; starting it again, work and moves go on",
        f"Prefect is there after 0 s: {up._site}",
        "no mover works; another one comes",
        "items are moving",
        "stopping: the mover ends its shift",
        "stopped; nothing is running any more",
    ]


def test_it_runs_until_it_is_told_to_stop(world: World, tmp_path: Path) -> None:
    said: list[str] = []
    stop = threading.Event()
    world.moving = True

    def say(line: str) -> None:
        said.append(line)
        if line.startswith("Prefect is there"):
            stop.set()

    supervisor.serve(installation(tmp_path), say=say, stop=stop)
    assert (said[0][:16], said[-1]) == ("starting Prefect", "stopped; nothing is running any more")
    assert {child.name: child.stopped for child in Pretender.made} == {"server": True, "site": True}


def test_whichever_child_is_gone_is_started_again(up: Any, world: World) -> None:
    tend(up, world, 4)
    for name in ("server", "runner"):
        running(name)[0].gone = True
        tend(up, world, 4)
        assert len(running(name)) == 1
    assert "gone" in " ".join(up.said)


def test_a_server_that_never_comes_up_is_named_once_with_a_way_out_and_tried_again_ever_later(
    up: Any, world: World
) -> None:
    world.healthy = False
    starts: list[float] = []
    for _ in range(8_000):
        before = len(Pretender.made)
        tend(up, world)
        starts += [world.seconds] * (len(Pretender.made) - before)
        Pretender.made[-1].gone = True
    pauses = [after - before for before, after in itertools.pairwise(starts)]
    assert pauses[0] < 2
    assert pauses == sorted(pauses)
    assert pauses[-1] >= kept.LONGEST_PAUSE
    (named,) = (line for line in up.said if "does not start" in line)
    assert "(ImportError: no such thing). Items go on moving without it" in named
    history = up._given.history
    assert named.endswith(f"set that aside: mv {history} {history}.old")


def test_a_server_that_comes_up_at_last_is_greeted_and_its_next_fault_named(up: Any, world: World) -> None:
    world.healthy = False
    for _ in range(2):
        tend(up, world, 10)
        Pretender.made[-1].gone = True
        tend(up, world, 20)
        world.healthy = True
        tend(up, world, 2)
        world.healthy = False
        running("server")[0].gone = True
    tend(up, world, 4)
    assert [
        line.split(" (")[0].split(" after")[0] for line in up.said if "Prefect's" in line or "is there" in line
    ] == [
        "Prefect's server does not start",
        "Prefect is there",
        "Prefect's server is gone; starting it again, work and moves go on",
    ] * 2


def test_items_move_where_the_system_has_no_room_for_a_server(up: Any, world: World) -> None:
    World.full = OSError("Cannot allocate memory")
    tend(up, world, 10)
    assert "moves meanwhile" in up.said
    assert [line for line in up.said if "does not start (Cannot allocate memory)" in line]
    World.full = None
    tend(up, world, 40)
    assert running("server")
    assert running("runner")


def test_a_runner_that_does_not_stay_is_named_once_and_tried_again_ever_later(up: Any, world: World) -> None:
    tend(up, world, 4)
    for _ in range(400):
        for child in running("runner"):
            child.gone = True
        tend(up, world)
    assert len([child for child in Pretender.made if child.name == "runner"]) < 10
    assert [line for line in up.said if "the runner" in line] == [
        "the runner of the flows is gone; starting another",
        "the runner of the flows does not stay (ImportError: no such thing). Items go on moving without it; sources and"
        f" exports wait, and it is tried again. Its log: {up._runner.log}",
    ]


def test_what_a_child_has_to_say_to_people_is_said(up: Any, world: World) -> None:
    tend(up, world, 4)
    running("runner")[0].lines = ["pipeline road: no such schedule"]
    tend(up, world, 2)
    assert up.said.count("pipeline road: no such schedule") == 1


def test_children_work_where_no_file_of_the_users_is(up: Any, world: World) -> None:
    tend(up, world, 4)
    assert {child.folder for child in Pretender.made} == {up._given.folder}
    assert list(up._given.folder.iterdir()) == []


def test_a_server_that_does_not_answer_for_too_long_is_stopped_and_another_one_started(up: Any, world: World) -> None:
    world.healthy = False
    tend(up, world)
    (first,) = Pretender.made
    tend(up, world, 2, step=supervisor.STARTUP / 2)
    assert not first.stopped
    tend(up, world)
    assert first.stopped
    tend(up, world)
    (second,) = running("server")
    tend(up, world, 3, step=supervisor.STARTUP / 2)  # what needs longer here has longer the next time
    assert not second.stopped
    tend(up, world, 2, step=supervisor.STARTUP / 2)
    assert second.stopped


def test_a_server_that_has_a_runner_comes_back_where_the_runner_knows_it(up: Any, world: World) -> None:
    tend(up, world, 4)
    (first,) = running("server")
    first.gone = True
    tend(up, world)
    assert running("server")[0].args == first.args


def test_a_server_whose_port_was_taken_meanwhile_gets_another_one_and_another_runner(up: Any, world: World) -> None:
    tend(up, world, 4)
    (first,) = running("server")
    first.gone, world.healthy = True, False
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(first.args[-1])))
        other.listen()
        for _ in range(60):
            tend(up, world)
            for child in running("server"):
                child.gone = True
        world.healthy = True
        tend(up, world, 120)
    assert running("server")[0].args != first.args
    assert [child.env["PREFECT_API_URL"] for child in running("runner")] == [up._api]


def test_the_first_server_is_tried_again_on_another_port_if_its_own_was_taken_meanwhile(up: Any, world: World) -> None:
    world.healthy = False
    tend(up, world)
    (first,) = Pretender.made
    first.gone = True
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(first.args[-1])))
        other.listen()
        tend(up, world)
    assert Pretender.made[-1].args != first.args
    assert f":{Pretender.made[-1].args[-1]}/" in up._api


def test_prefect_is_asked_for_a_mover_when_it_is_gone_and_again_once_one_had_time_to_come(
    up: Any, world: World
) -> None:
    world.moving = True
    tend(up, world, 10)
    world.moving, gone = False, world.seconds
    tend(up, world, 90)
    assert [asked - gone < 2 * standby.UNMOVED for asked in world.asked] == [True, False]
    assert world.asked[1] - world.asked[0] > standby.COMING


def test_no_mover_is_asked_for_while_prefect_is_not_there(up: Any, world: World) -> None:
    world.healthy = False
    tend(up, world, 80)
    assert world.asked == []


def test_a_refusal_of_prefect_is_said_once_and_it_is_asked_again_soon(up: Any, world: World) -> None:
    world.moving = True
    tend(up, world, 10)
    world.moving, world.refuses = False, "503 Service Unavailable"
    tend(up, world, 40)
    assert len(world.asked) > 2
    assert len([line for line in up.said if "503 Service Unavailable" in line]) == 1


def test_it_moves_by_itself_from_the_start_until_prefects_mover_is_there(up: Any, world: World) -> None:
    world.healthy = False
    tend(up, world)
    assert "moves meanwhile" in up.said


def test_without_any_mover_for_long_it_moves_by_itself_within_thirty_seconds(up: Any, world: World) -> None:
    world.moving = True
    tend(up, world, 10)
    world.moving = False
    tend(up, world, 20)
    assert "moves meanwhile" not in up.said
    tend(up, world, 10)
    assert "moves meanwhile" in up.said
    assert up._given.lease + standby.MEANWHILE < 30


def test_a_database_that_is_away_is_named_once_and_children_are_stopped_all_the_same(up: Any, world: World) -> None:
    world.moving = True
    tend(up, world, 4)
    world.moving = OSError("connection refused")
    tend(up, world, 100)
    assert len([line for line in up.said if "connection refused" in line]) == 1
    assert "moves meanwhile" not in up.said
    world.moving = True
    tend(up, world)
    assert "the database is back" in up.said


def test_a_mover_that_cannot_be_asked_to_stop_is_named_and_ends_with_its_runner(up: Any, world: World) -> None:
    tend(up, world, 4)
    world.moving = OSError("connection refused\nand more")
    up.end()
    why = f"the database {up._given.home / 'annoflow.db'} says: connection refused"
    assert f"the mover could not be asked, it ends with its runner: {why}" in up.said
    assert [child.stopped for child in Pretender.made] == [True, True]


def test_at_the_end_the_runner_is_stopped_before_the_server(up: Any, world: World) -> None:
    tend(up, world, 4)
    order: list[str] = []
    for child in Pretender.made:
        child.stop = lambda child=child: order.append(child.name)  # type: ignore[method-assign, misc]
    up.end()
    assert order == ["runner", "server"]
    assert Settings(home=up._given.home).prefect_api() is None


def test_a_taken_port_is_left_to_whoever_has_it(world: World, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said: list[str] = []
        up = Supervisor(installation(tmp_path, port), say=said.append, stop=threading.Event())
        assert f"port {port} is taken" in said[0]
        assert f":{port}/" not in up._api


def test_the_port_of_one_that_was_killed_is_waited_for(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation(tmp_path).running.touch()
    other = socket.socket()
    other.bind(("127.0.0.1", 0))
    other.listen()
    port = other.getsockname()[1]

    def sleep(seconds: float) -> None:
        world.seconds += seconds
        if world.seconds > 1_005:
            other.close()

    monkeypatch.setattr(supervisor.time, "sleep", sleep)
    said: list[str] = []
    up = Supervisor(installation(tmp_path, port), say=said.append, stop=threading.Event())
    assert f":{port}/" in up._api
    assert said == []


def test_a_home_is_for_one_at_a_time(tmp_path: Path) -> None:
    refusal = r"already runs in .* To deploy a pipeline there: annoflow pipeline deploy FILE"
    with only_one(tmp_path), pytest.raises(Conflict, match=refusal), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass
