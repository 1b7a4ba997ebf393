"""One call over HTTP: asked again where no answer came, and refused by the errors that annoflow itself raises."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.request import getproxies
from uuid import uuid4

import httpx2
import stamina
from pydantic import TypeAdapter

from workflow_core.client.problems import error_of
from workflow_core.domain.items import addresses
from workflow_core.domain.words.pages import MOST
from workflow_core.domain.words.wording import shown
from workflow_core.errors import InvalidInput, Unavailable

One = TypeVar("One")

ASKED_AGAIN = frozenset({429, 503})
"""The statuses that say it is worth to ask again."""
STILL_RUNNING = "still-running"
"""The code of what was asked before, under the same key: its answer is on the way."""
PATIENCE = 45.0
"""Seconds for which a call is asked again."""
PROXIED = ("all", "http", "https")
"""What the environment names a proxy for, as in `https_proxy`, in either case."""
SILENCE = 60.0
"""Seconds without a byte of an answer after which there is none."""


class Connection:
    """Calls of one person to one server; it may be used by several threads at once."""

    def __init__(self, url: str, token: str, *, patience: float = PATIENCE, http: httpx2.Client | None = None) -> None:
        """Connect to the server at an address; `http` is for whoever has proxies or certificates of their own.

        Raises:
            InvalidInput: that is no address of a server, or no token.
            Unavailable: the environment names a proxy of a kind that is not supported.
        """
        if not url.startswith(("http://", "https://")):
            raise InvalidInput(f"{shown(url)} is no address of a server; give one like http://127.0.0.1:8484")
        if not token.isascii() or not token.isprintable() or not token:
            raise InvalidInput("that is no token; give one like af_…, as it was made")
        self._url = url.rstrip("/")
        self._http = http or _client(url)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._patience = patience

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | Path | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Ask for any operation, like `/api/projects`; return JSON as Python has it, bytes of all else, or None.

        Raises:
            AnnoflowError: it was refused, by the class, the code and the facts that annoflow itself has for that.
            Unavailable: no answer came for as long as it was asked again, or none that was foreseen.
        """
        return told(self.send(method, path, params=params, json=json, content=content, headers=headers))

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | Path | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Do the same, and return the answer as it came, with its headers."""
        address = self._address(path)
        key = {} if method == "GET" else {"Idempotency-Key": uuid4().hex}
        given = {**self._headers, **key, **(headers or {})}
        wanted = {name: value for name, value in (params or {}).items() if value is not None}

        def ask() -> httpx2.Response:
            with content.open("rb") if isinstance(content, Path) else nullcontext(content) as body:
                answer = self._http.request(method, address, params=wanted, json=json, content=body, headers=given)
                return answer.raise_for_status()

        return self._asked_again(ask, address)

    @contextmanager
    def stream(self, path: str, *, params: Mapping[str, Any] | None = None) -> Iterator[httpx2.Response]:
        """Open an answer that is read as it comes, such as the events of a project; what breaks off is not asked again.

        Raises:
            AnnoflowError: as `request`.
        """
        address = self._address(path)

        def ask() -> httpx2.Response:
            asked = self._http.build_request("GET", address, params=params, headers=self._headers)
            answer = self._http.send(asked, stream=True)
            if answer.is_error:
                answer.read()
            return answer.raise_for_status()

        answer = self._asked_again(ask, address)
        try:
            yield answer
        finally:
            answer.close()

    def _address(self, path: str) -> str:
        if not path.startswith("/"):  # an address of its own would get the token
            raise InvalidInput(f"{shown(path)} is no path; give one like /api/projects")
        return self._url + path

    def fetch(self, path: str, into: Path) -> None:
        """Write what is answered to a file, whole or not at all; however much it is."""
        address, part = self._address(path), into.with_name(f"{into.name}.part")

        def ask() -> None:
            with self._http.stream("GET", address, headers=self._headers) as answer, part.open("wb") as file:
                if answer.is_error:
                    answer.read()
                answer.raise_for_status()
                for some in answer.iter_bytes():
                    file.write(some)
            part.replace(into)

        try:
            self._asked_again(ask, address)
        finally:
            part.unlink(missing_ok=True)

    def _asked_again(self, ask: Callable[[], One], address: str) -> One:
        try:
            for attempt in stamina.retry_context(on=self._is_worth_again, attempts=None, timeout=self._patience):
                with attempt:
                    return ask()
        except httpx2.HTTPStatusError as error:
            raise error_of(error.response) from None  # how often it was asked again is no news, and would hide where
        except httpx2.InvalidURL as error:
            raise InvalidInput(f"{shown(address)} is no address: {error}") from error
        except httpx2.TransportError as error:
            raise Unavailable(f"{self._url} does not answer: {error or type(error).__name__}") from error
        raise AssertionError("the last attempt returns or raises")

    def _is_worth_again(self, error: Exception) -> bool | float:
        if isinstance(error, httpx2.HTTPStatusError):
            if error.response.status_code not in ASKED_AGAIN:
                return error_of(error.response).code == STILL_RUNNING
            wait = error.response.headers.get("Retry-After", "")
            return not wait.isdecimal() or (float(wait) if float(wait) <= self._patience else False)
        wrong = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)
        return isinstance(error, httpx2.TransportError) and not isinstance(error, wrong)

    def pages(self, path: str, *, after: int | str | None = None, **params: Any) -> Iterator[Any]:
        """Return all of a list, or what comes after something in it, each part asked for when it is come to."""
        while True:
            page = self.request("GET", path, params={"limit": MOST, **params, "after": after})
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    def _ask(self, kind: type[One], method: str, path: str, **more: Any) -> One:
        return read(kind, self.request(method, path, **more))

    def _all(self, kind: type[One], path: str, **params: Any) -> Iterator[One]:
        return (read(kind, one) for one in self.pages(path, **params))


def _client(url: str) -> httpx2.Client:
    """Return what calls a server: by the proxy of the environment, unless it is on this machine."""
    try:
        # A transport of its own knows no proxies, and still the certificates that the environment names.
        direct = httpx2.HTTPTransport() if addresses.is_here(url) else None
        return httpx2.Client(timeout=SILENCE, transport=direct)
    except (ImportError, ValueError, httpx2.InvalidURL) as error:  # a driver that is missing, a scheme, no address
        named = {f"{kind}_proxy": proxy for kind, proxy in getproxies().items() if kind in PROXIED}
        set_to = ", ".join(f"{name}={addresses.shown(proxy)}" for name, proxy in sorted(named.items()))
        raise Unavailable(
            f"cannot call {shown(url)} by the proxy that the environment names ({set_to}): it is to be one like"
            " http://proxy.example.org:3128. Give such a one, or unset the variable"
        ) from error


def told(answer: httpx2.Response) -> Any:
    """Return what an answer says: JSON as Python has it, bytes of all else, or None for nothing."""
    if not answer.content:
        return None
    is_json = answer.headers.get("Content-Type", "").partition(";")[0] == "application/json"
    return answer.json() if is_json else answer.content


def read(kind: type[One], value: Any) -> One:
    """Return a view as it was sent."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    found: One = _adapters[kind].validate_python(value)
    return found


_adapters: dict[object, TypeAdapter[Any]] = {}  # to make one takes longer than to read by it
