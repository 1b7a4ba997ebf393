"""annoflow's own server, API and pages in one: `python -m workflow_core.server HOST PORT`, as a child of `up`.

Whoever is named before the host is a persona of a demo: everybody on this machine may come in as them.
"""

import gc
import logging
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import uvicorn
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from workflow_core import __version__, api, web
from workflow_core.errors import InvalidInput
from workflow_core.http import problems
from workflow_core.http.answers.documents import Application
from workflow_core.http.answers.metrics import Metrics
from workflow_core.http.answers.streams import Pulse
from workflow_core.http.attempts import Attempts
from workflow_core.http.requests import Around
from workflow_core.services.pictures import Kept, Renditions
from workflow_core.services.pipelines.places import Media, Places
from workflow_core.services.running import announcements
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for
from workflow_core.store.database.shared_commits import Writers
from workflow_core.up import lifeline
from workflow_core.up.jobs import working
from workflow_core.up.workers import hired

LOOPBACK = ["127.0.0.1", "localhost", "::1"]
"""How a server is always called by what runs beside it. Of other names only that of its public address is answered."""
GRACE = 3
"""Seconds that what is being answered has to end when the server stops: streams would go on for minutes."""
THREADS = 16
"""Requests that are answered at once; each has at most one connection to the database, and two while it begins."""

WRITING = 10
"""Of them so many write at once: the others read, and end what was written."""
SIGNING_IN = 4
"""Of the others so many sign in, or choose a password."""

SWITCH = 0.001
"""Seconds after which a thread that computes lets others go on, a fifth of what Python gives it: a click waits for that
some dozen times, and took half as long again beside a thread that computed.
"""

WORKER = (sys.executable, "-P", "-m", "workflow_core.worker")
"""Starts what does jobs."""

NOWHERE = {"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []}
"""Asked for before anything can be."""


def make(settings: Settings, *, personas: Sequence[str] = (), worker: Sequence[str] = ()) -> FastAPI:
    """Return the application for an installation; jobs are done by what `worker` starts, else by threads.

    Raises:
        InvalidInput: it is to have personas, and others than this machine reach it.
    """
    where = settings.public_url or settings.host
    if personas and where not in LOOPBACK:
        raise InvalidInput(f"a demo asks nobody for a password, so it is for this machine alone, not for {where}")
    engine = engine_for(settings.database(), connections=THREADS)

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        app.state.places.media.clear()
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        sys.setswitchinterval(SWITCH)
        kept = Kept(app.state.places.media, app.state.renditions)
        here = partial(working, engine, lease=settings.lease_seconds, kept=kept)
        apart = partial(hired, engine, worker, {**os.environ, **settings.environment()})
        with announcements.announcing(engine, settings.prefect_api()), (apart if worker else here)():
            yield
        engine.dispose()

    app = Application(
        title="annoflow",
        version=__version__,
        lifespan=running,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # to what a request says that the server is called, and maybe without TLS
        generate_unique_id_function=lambda route: route.name.replace("_", "-"),
    )
    app.state.engine = engine
    app.state.address = settings.address
    app.state.public_url = settings.public_url
    app.state.personas = tuple(personas)
    app.state.attempts = Attempts()
    app.state.writers = Writers(engine)
    app.state.turns = anyio.Semaphore(WRITING)
    app.state.sign_ins = anyio.Semaphore(SIGNING_IN)
    app.state.metrics = Metrics()
    app.state.pulse = Pulse(engine)
    app.state.places = Places(settings.sources, settings.exports_below(), Media(settings.media_at()))
    app.state.renditions = Renditions(settings.shown_at())
    public = urlsplit(settings.public_url).hostname
    hosts = [*LOOPBACK, public] if public else LOOPBACK
    app.add_middleware(Around, metrics=app.state.metrics, failed=web.failed, hosts=hosts)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    problems.install(app)
    api.install(app)
    web.install(app)
    return app


def warm(app: FastAPI) -> FastAPI:
    """Do now what would be done while somebody waits: it is for a process that serves until it ends.

    FastAPI puts off what routes need until they are asked for the first time, which takes a second. And whenever Python
    seeks garbage among what is old it looks through all that is loaded, for a sixth of a second, every few seconds of
    much to do; what is there by now stays until the end, and is not looked at again.
    """
    for route in app.routes:
        route.matches(NOWHERE)
    gc.collect()
    gc.freeze()
    return app


def main() -> None:
    """Serve until told to stop, or until the parent is gone."""
    *personas, host, port = sys.argv[1:]
    lifeline.follow()
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    uvicorn.run(
        warm(make(Settings(host=host, port=int(port)), personas=personas, worker=WORKER)),
        host=host,
        port=int(port),
        workers=1,  # whatever WEB_CONCURRENCY says, for some other server
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `make` sees to them
        timeout_graceful_shutdown=GRACE,
    )


if __name__ == "__main__":
    main()
