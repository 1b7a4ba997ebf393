"""The cookie by which a browser proves who is signed in there: no page reads it, and no other site has it sent."""

from fastapi import Request, Response
from fastapi.security import APIKeyCookie
from starlette.requests import HTTPConnection

from workflow_core.services.accounts import sign_ins

NAME = "annoflow"
SHOWN = "annoflow-shown"
"""What the next page shows, and none after it: a secret that nobody can tell again. It lies in the browser alone."""
SOON = 60
"""Seconds within which that page comes."""


class SignInCookie(APIKeyCookie):
    """Reads it, and describes it in the document of the API."""

    def __init__(self) -> None:
        about = "What signing in gives a browser; under https it is called `__Host-annoflow`."
        super().__init__(name=NAME, auto_error=False, description=about)

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return what a browser proves itself by."""
        return request.cookies.get(_name(request))


def give(request: Request, response: Response, *, secret: str) -> None:
    """Let a browser be signed in."""
    response.set_cookie(
        _name(request),
        secret,
        max_age=int(sign_ins.LONGEST.total_seconds()),
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def take(request: Request, response: Response) -> None:
    """Let a browser forget who was signed in."""
    response.delete_cookie(_name(request), secure=_is_secure(request), httponly=True, samesite="lax")


def hand_on(request: Request, response: Response, *, secret: str) -> Response:
    """Let the next page show a secret; a page that is an answer to a form would make another when it is reloaded."""
    response.set_cookie(SHOWN, secret, SOON, secure=_is_secure(request), httponly=True, samesite="strict")
    return response


def handed_on(request: Request) -> str | None:
    """Return the secret that this page is to show."""
    return request.cookies.get(SHOWN)


def forget(request: Request, response: Response) -> Response:
    """Let no later page show it."""
    if SHOWN in request.cookies:
        response.delete_cookie(SHOWN, secure=_is_secure(request), httponly=True, samesite="strict")
    return response


def _name(request: HTTPConnection) -> str:
    return f"__Host-{NAME}" if _is_secure(request) else NAME


def _is_secure(request: HTTPConnection) -> bool:
    return str(request.app.state.public_url).startswith("https:")
