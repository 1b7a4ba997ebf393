"""What people do in a real browser: sign in, and draw on a picture."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, Route
from running import PATIENCE, wait_until
from stage import Stage, email

from workflow_core.services.accounts import links
from workflow_core.web.rendering import policy

PASSWORD = "a sentence makes a good one"
DESKTOP = {"width": 1440, "height": 900}

Point = tuple[float, float]


@dataclass
class Site:
    """A stage with a server over it; what browsers complain of is kept."""

    stage: Stage
    url: str
    browser: Browser
    photos: Path
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    """Who has a password: choosing another one would sign them out in their other windows."""

    def window(self, **options: Any) -> Page:
        """Open a browser in which nobody is signed in."""
        context = self.browser.new_context(base_url=self.url, **({"viewport": DESKTOP} | options))
        context.set_default_timeout(PATIENCE * 1_000)
        self.contexts.append(context)
        context.on("console", lambda said: self.complaints.append(said.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", lambda asked: self._look(asked.url))
        return context.new_page()

    def _look(self, url: str) -> None:
        if not url.startswith((self.url, "blob:", "data:")):
            self.complaints.append(f"a page asked for something elsewhere: {url}")

    def signed_in(self, who: str, to: str = "/work", **options: Any) -> Page:
        """Open a page for somebody who has signed in, the first time by a link, sent as the page there sends it."""
        page = self.window(**options)
        at = "/sign-in" if who in self.known else link(self.stage, who)
        form: dict[str, Any] = {"password": PASSWORD, "email": email(who)}
        page.request.post(at, form=form, headers={"Origin": self.url}, max_redirects=0)
        self.known.add(who)
        page.goto(to)
        return page


@contextmanager
def serving(site: Site, app: FastAPI) -> Iterator[None]:
    """Serve an application to browsers until the end.

    By then none may have said anything, asked for anything elsewhere, or reported what the policy of a page forbids.
    """
    reports = logging.Handler()
    reports.emit = lambda record: site.complaints.append(record.getMessage())  # type: ignore[method-assign]
    policy.log.addHandler(reports)
    with closing(create_server(("127.0.0.1", 0))) as listening:
        site.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        serving = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not serving.started:
            time.sleep(0.01)
        yield
        for context in site.contexts:
            context.close()
        serving.should_exit = True
        thread.join(PATIENCE)
    policy.log.removeHandler(reports)
    assert site.complaints == [], site.complaints


def link(stage: Stage, who: str) -> str:
    """Return where somebody chooses a password."""
    with stage.session() as session:
        person = stage.person(session, who)
        return f"/links/{links.make(session, email=person.email, now=datetime.now(UTC)).secret}"


def first(page: Page, routes: list[Route]) -> Route:
    """Return the first request that is held, once it is: a page tells of one before its route is asked."""
    return wait_until(lambda: page.wait_for_timeout(10) or routes)[0]


def drag(page: Page, start: Point, end: Point) -> None:
    """Drag over the picture, from one of its points to another."""
    first, between, last = on_screen(page, start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), end)
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*between)
    page.mouse.move(*last)
    page.mouse.up()


def click(page: Page, *points: Point) -> None:
    """Click on points of the picture."""
    for point in on_screen(page, *points):
        page.mouse.click(*point)


def on_screen(page: Page, *points: Point) -> list[Point]:
    """Return where points of the picture are on the screen, once all that was drawn is to be seen there."""
    where = """(image, points) => new Promise((resolve) => requestAnimationFrame(() => resolve(points.map(([x, y]) => {
        const at = new DOMPoint(x, y).matrixTransform(image.getScreenCTM())
        return [at.x, at.y]
    }))))"""
    found: list[Point] = page.locator("#canvas svg image").evaluate(where, list(points))
    return found
