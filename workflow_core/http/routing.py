"""Routes: an endpoint and what ends its transaction run in one thread, and nothing else of a request needs one."""

from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Query
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams

from workflow_core.domain.words.suggestions import possible
from workflow_core.http.database import act


class Route(APIRoute):
    """A route whose endpoint's sessions are over when it is; it takes the parameters alone that it has."""

    exact: ClassVar[bool] = True

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, _in_one_thread(endpoint), **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers, unless it is asked something that it would take no notice of."""
        handle = super().get_route_handler()
        given = get_flat_params(self.dependant)
        known = sorted(one.alias for one in given if isinstance(one.field_info, Query))

        async def answer(request: Request) -> Response:
            if self.exact and (faults := _unheard(request.query_params, known)):
                raise RequestValidationError(faults)
            return await handle(request)

        return answer


class Router(APIRouter):
    """Gathers such routes."""

    def __init__(self, *, route_class: type[Route] = Route, **more: Any) -> None:
        super().__init__(route_class=route_class, **more)


def _unheard(given: QueryParams, known: Sequence[str]) -> list[dict[str, Any]]:
    """Return what of an address would have no effect: `dryrun` for `dry_run` would have done it."""
    faults = [(name, f"there is no such parameter; {possible(name, known)}") for name in given if name not in known]
    faults += [(name, "this is given twice") for name in known if len(given.getlist(name)) > 1]
    return [{"type": "unheard", "loc": ("query", name), "msg": said} for name, said in faults]


def _in_one_thread(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(endpoint) or isgeneratorfunction(endpoint) or isasyncgenfunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def answer(**given: Any) -> Any:
        return await run_in_threadpool(act, endpoint, given)

    return answer
