"""What people do in a real browser: sign in, and draw on a picture."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page
from stage import Stage

from workflow_core.services.accounts import links

PASSWORD = "a sentence makes a good one"
PATIENCE = 10_000  # milliseconds
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

    def window(self, **options: Any) -> Page:
        """Open a browser in which nobody is signed in."""
        context = self.browser.new_context(base_url=self.url, **({"viewport": DESKTOP} | options))
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def signed_in(self, who: str, **options: Any) -> Page:
        """Open a browser in which somebody has chosen a password by a link."""
        page = self.window(**options)
        page.goto(link(self.stage, who))
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/work")
        return page


def link(stage: Stage, who: str) -> str:
    """Return where somebody chooses a password."""
    with stage.session() as session:
        person = stage.person(session, who)
        return f"/links/{links.make(session, email=person.email, now=datetime.now(UTC)).secret}"


def drag(page: Page, start: Point, end: Point) -> None:
    """Drag over the picture, from one of its points to another."""
    page.mouse.move(*on_screen(page, start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)))
    page.mouse.move(*on_screen(page, end))
    page.mouse.up()


def click(page: Page, *points: Point) -> None:
    """Click on points of the picture."""
    for point in points:
        page.mouse.click(*on_screen(page, point))


def on_screen(page: Page, point: Point) -> Point:
    """Return where a point of the picture is on the screen."""
    where = """(image, [x, y]) => {
        const at = new DOMPoint(x, y).matrixTransform(image.getScreenCTM())
        return [at.x, at.y]
    }"""
    x, y = page.locator("#canvas svg image").evaluate(where, list(point))
    return x, y
