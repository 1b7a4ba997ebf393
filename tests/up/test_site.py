"""annoflow's own server under `annoflow up`: said where it is, and started again when it is gone."""

import socket
import sys
from pathlib import Path

import pytest
from running import wait_until

from workflow_core.up.site import Address, Site

SERVER = """
import http.server, sys
http.server.HTTPServer((sys.argv[1], int(sys.argv[2])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


class Tended:
    """A site that is looked at, with what it said."""

    def __init__(self, folder: Path, program: str, *, port: int = 0, public_url: str = "") -> None:
        (folder / "health").write_text("{}")
        given = Address(host="127.0.0.1", port=port, public_url=public_url, server=(sys.executable, "-c", program))
        self.said: list[str] = []
        self.site = Site(given, logs=folder, folder=folder, patience=0, say=self.said.append)

    def until(self, start: str) -> str:
        def look() -> list[str]:
            self.site.tend({})
            return [line for line in self.said if line.startswith(start)]

        return str(wait_until(look)[-1])


@pytest.fixture
def serving(tmp_path: Path):
    made = []

    def make(program: str, **more: object) -> Tended:
        made.append(Tended(tmp_path, program, **more))
        return made[-1]

    yield make
    for one in made:
        one.site.end()


def test_it_says_where_it_is_once_it_answers(serving) -> None:
    tended = serving(SERVER)
    assert tended.until("annoflow is at") == f"annoflow is at {tended.site.url}"
    assert tended.site.url.startswith("http://127.0.0.1:")


def test_the_public_address_is_said_where_there_is_one(serving) -> None:
    assert serving(SERVER, public_url="https://label.example.org").until("annoflow") == (
        "annoflow is at https://label.example.org"
    )


def test_it_is_started_again_where_it_was_when_it_is_gone(serving) -> None:
    tended = serving(SERVER)
    before = tended.until("annoflow is at")
    tended.site._server.stop()
    tended.until("annoflow's server is gone; starting it again")
    tended.said.clear()
    assert tended.until("annoflow is at") == before


def test_what_does_not_stay_is_named_with_its_log(serving) -> None:
    tended = serving("raise SystemExit('no room')")
    assert "does not stay (no room). Items go on moving" in tended.until("annoflow's server does not stay")


def test_a_port_that_is_taken_is_said(serving) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        tended = serving(SERVER, port=taken)
        assert tended.until("port").startswith(f"port {taken} is taken; annoflow gets ")
