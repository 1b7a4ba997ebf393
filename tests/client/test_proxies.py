"""A server on this machine is called without a proxy; a proxy that cannot be used is named, with a way out."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stamina

from workflow_core.client import Annoflow
from workflow_core.errors import Unavailable

KINDS = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def at() -> Iterator[int]:
    """Return the port of a server that has nothing to list."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"items": [], "next": null}')

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KINDS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    ("name", "proxy"),
    [("http_proxy", "http://127.0.0.1:9"), ("ALL_PROXY", "http://127.0.0.1:9"), ("ALL_PROXY", "socks5://127.0.0.1:9")],
)
def test_a_server_on_this_machine_is_called_without_a_proxy(
    at: int, host: str, name: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy)
    with stamina.set_testing(True, attempts=1), Annoflow(f"http://{host}:{at}", "af_x") as annoflow:
        assert list(annoflow.pages("/api/projects")) == []


def test_a_server_elsewhere_is_called_by_the_proxy(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{at}")
    with stamina.set_testing(True, attempts=1), Annoflow("http://annoflow.test", "af_x") as annoflow:
        assert list(annoflow.pages("/api/projects")) == []


@pytest.mark.parametrize(
    ("name", "proxy", "told"),
    [
        ("ALL_PROXY", "socks5://me:secret@127.0.0.1:9", "all_proxy=socks5://127.0.0.1:9"),
        ("http_proxy", "ftp://127.0.0.1:9", "http_proxy=ftp://127.0.0.1:9"),
        ("https_proxy", "http://127.0.0.1:port", "https_proxy=http://127.0.0.1:port"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_with_a_way_out(
    name: str, proxy: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy)
    with pytest.raises(Unavailable) as raised:
        Annoflow("https://annoflow.test", "af_x")
    assert str(raised.value) == (
        f"cannot call https://annoflow.test by the proxy that the environment names ({told}): it is to be one like"
        " http://proxy.example.org:3128. Give such a one, or unset the variable"
    )
