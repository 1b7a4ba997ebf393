"""Every part of the pages in every state, to be looked at by whoever changes one; on this machine alone."""

from datetime import UTC, datetime

from fastapi import Request
from fastapi.responses import Response

from workflow_core.errors import NotFound
from workflow_core.http.identity import Reader
from workflow_core.http.routing import Router
from workflow_core.web.rendering.pages import Page, page

router = Router(route_class=Page)

STATES = ("open", "for_review", "approved", "dismissed", "completed", "discarded", "queued", "for-expert-review")
LONG = "a name of sixty characters, which is as long as most of them get"
MOMENT = datetime(2026, 1, 31, 9, 5, tzinfo=UTC)


@router.get("/styleguide")
def styleguide(request: Request, actor: Reader) -> Response:
    """Show them all."""
    if request.app.state.public_url:
        raise NotFound("the parts of pages are shown on one's own machine")
    return page("styleguide", here="styleguide", person=actor, runs=[], states=STATES, long=LONG, at=MOMENT)
