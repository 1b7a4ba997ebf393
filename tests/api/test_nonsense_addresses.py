"""Addresses to which no page leads: refused in words, whatever stands where a number or a name is expected."""

from collections.abc import Callable, Iterator

from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from stage import Stage

from workflow_core import web

HOSTILE = ("%00", "%ED%A0%80", "-1", "9" * 19, str(2**63), "9" * 300, "x", "%25", "..", "a" * 5_000, "%0d%0aX: 1")
STREAMS = {"/live"}
"""What does not end by itself."""


def addresses() -> Iterator[str]:
    """Yield the address of each page, with each of these in place of each of its parts and questions."""
    for route in (route for router in web.ROUTERS for route in router.routes):
        if isinstance(route, APIRoute) and "GET" in route.methods and route.path not in STREAMS:
            parts = [one.alias for one in route.dependant.path_params]
            asked = [one.alias for one in route.dependant.query_params]
            usual = dict.fromkeys(parts, "1")
            for value in HOSTILE:
                yield from (route.path.format_map({**usual, part: value}) for part in parts)
                yield from (f"{route.path.format_map(usual)}?{name}={value}" for name in asked)


def test_no_address_brings_a_page_down(stage: Stage, as_: Callable[..., TestClient]) -> None:
    stage.add_items(2)
    stage.do("ann", "cars", "completed")
    stage.add_member("olga", "owner")
    olga = as_("olga")
    olga.headers["Accept"] = "text/html"
    answers = {address: olga.get(address).status_code for address in addresses()}
    assert 200 in answers.values()
    assert [address[:90] for address, code in answers.items() if code >= 500] == []
