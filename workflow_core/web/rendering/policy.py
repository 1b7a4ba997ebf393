"""What a browser may do with our pages: run our scripts, show our pictures, and tell us where something else tried."""

import logging
from types import MappingProxyType
from typing import Final

from fastapi import Request, Response

from workflow_core.http.routing import Router

REPORTS: Final = "/reports"
CONTENT: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        f"report-uri {REPORTS}",
    )
)
HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
)
"""Of every page."""
MOST = 4_000
"""Bytes of a report that are kept."""

router = Router()
log = logging.getLogger("annoflow.policy")


@router.post(REPORTS, status_code=204)
async def report(request: Request) -> Response:
    """Keep in the log what a browser refused to do on one of our pages."""
    log.warning("a browser refused something on a page: %r", (await request.body())[:MOST])
    return Response(status_code=204)
