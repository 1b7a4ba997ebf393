"""A page: what a template makes of what a service answered; a refusal is a page, too."""

from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from workflow_core.domain.words.wording import counted
from workflow_core.domain.work.roles import Permission, Role, allowed
from workflow_core.errors import AnnoflowError, NotFound, NotSignedIn
from workflow_core.http.identity import Reader
from workflow_core.http.problems import STATUS, kind_of
from workflow_core.http.routing import Route
from workflow_core.services import projects
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering import assets, once
from workflow_core.web.rendering.policy import HEADERS
from workflow_core.web.rendering.prose import sentence

_templates = Environment(
    loader=PackageLoader("workflow_core.web"),
    autoescape=True,
    undefined=StrictUndefined,
    extensions=[once.Keys],
    trim_blocks=True,
    lstrip_blocks=True,
)
_demo: ContextVar[bool] = ContextVar("demo", default=False)
"""Whether the page that is being made is one of a demo, which every page says."""
_reached: ContextVar[int] = ContextVar("reached", default=0)
"""An event up to which the page that is being made shows all, and after which it listens."""
_templates.globals |= {"asset": assets.address, "counted": counted, "in_demo": _demo.get, "reached": _reached.get}
_templates.globals |= {once.FIELD: once.key}
_templates.filters["sentence"] = sentence


def page(name: str, *, status: int = HTTPStatus.OK, **shown: Any) -> HTMLResponse:
    """Return a page made of a template."""
    return HTMLResponse(_templates.get_template(f"{name}.html.j2").render(**shown), status, HEADERS)


def around(session: Session, *, actor: Reader) -> dict[str, Any]:
    """Return what every page of somebody shows: who they are, and which projects they run."""
    runs = [one for one in projects.mine(session, actor=actor) if allowed(Role(one.role), Permission.SEE_PROJECT)]
    return {"person": actor, "runs": runs}


def running(session: Session, *, actor: Reader, project: int | None = None) -> dict[str, Any]:
    """Return the same with the project that is looked at, one that they run; without a number, the first.

    Raises:
        NotFound: they run no such project.
    """
    shell = around(session, actor=actor)
    chosen = next((one for one in shell["runs"] if project in (None, one.id)), None)
    if chosen is None:
        raise NotFound(f"{actor.email} runs no such project")
    return {**shell, "project": chosen}


def gone() -> HTMLResponse:
    """Return the one page for all that is not there, or not theirs to see."""
    return page("gone", status=HTTPStatus.NOT_FOUND)


def to(address: str) -> RedirectResponse:
    """Let the browser go on to a page."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, HEADERS)


class Page(Route):
    """A route whose refusals are read by people: who is not signed in comes to do so, and then goes on.

    What a form changes is changed once, however often it is sent.
    """

    exact = False  # whatever stands behind a `?` in a link that somebody was sent, it leads where it leads

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        if "POST" in more.get("methods", ()) and once.changes(endpoint):
            more["dependencies"] = [*(more.get("dependencies") or ()), Depends(once.keyed, scope="function")]
            endpoint = once.once(endpoint)
        super().__init__(path, endpoint, **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def answered(request: Request) -> Response:
            _demo.set(bool(request.app.state.personas))
            _reached.set(request.app.state.pulse.reached)
            try:
                return await answer(request)
            except NotSignedIn:
                here = request.url.path if request.method == "GET" else "/work"
                return to(f"/sign-in?to={quote(here)}")
            except (NotFound, RequestValidationError):
                return gone()
            except AnnoflowError as error:
                return page("refused", status=STATUS[kind_of(error)], why=str(error))

        return answered
