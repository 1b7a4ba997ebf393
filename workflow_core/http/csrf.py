"""Whether a browser asks from one of our own pages: other pages could make it send its cookie along."""

from urllib.parse import urlsplit

from fastapi import Request

from workflow_core.errors import NotAllowed

CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check(request: Request) -> None:
    """Refuse what does not come from a page of ours.

    Browsers say where from with `Sec-Fetch-Site`, to https and to loopback; elsewhere they say it with `Origin` alone.

    Raises:
        NotAllowed: it comes from elsewhere, or nobody says where from.
    """
    site = request.headers.get("sec-fetch-site")
    ours = site == "same-origin" if site is not None else request.headers.get("origin") in _origins(request)
    if not ours:
        why = "a change from a browser has to come from a page of annoflow; programs give a token, and no cookie"
        raise NotAllowed(why, code="cross-site")


def _origins(request: Request) -> set[str]:
    """Return the public address; and the one that was asked, where it is this machine's alone."""
    origins = set()
    public = urlsplit(request.app.state.public_url)
    if public.netloc:
        origins.add(f"{public.scheme}://{public.netloc}".lower())
    if request.url.hostname in LOOPBACK:
        origins.add(f"{request.url.scheme}://{request.url.netloc}")
    return origins
