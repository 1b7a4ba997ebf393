"""Routes: an endpoint and what ends its transaction run in one thread, and nothing else of a request needs one."""

from collections.abc import Callable
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from workflow_core.http.database import act


class Route(APIRoute):
    """A route whose endpoint's sessions are over when it is."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, _in_one_thread(endpoint), **more)


class Router(APIRouter):
    """Gathers such routes."""

    def __init__(self, *, route_class: type[Route] = Route, **more: Any) -> None:
        super().__init__(route_class=route_class, **more)


def _in_one_thread(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(endpoint) or isgeneratorfunction(endpoint) or isasyncgenfunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def answer(**given: Any) -> Any:
        return await run_in_threadpool(act, endpoint, given)

    return answer
