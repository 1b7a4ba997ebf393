"""What axe-core finds on a page, in either theme."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

VENDORED = Path(__file__).parent / "web" / "vendored"
OF_COLORS = ["color-contrast", "link-in-text-block"]
"""What may be wrong in one theme and right in the other."""
RUN = "only => axe.run({ resultTypes: ['violations'], ...(only ? { runOnly: only } : {}) })"


def in_both_themes(page: Page) -> list[str]:
    """Return what is wrong on the page that is there: after a click, wait first for something of where it leads."""
    page.wait_for_load_state()
    page.evaluate((VENDORED / "axe.min.js").read_text())
    found = []
    for theme, only in (("light", None), ("dark", OF_COLORS)):
        page.emulate_media(color_scheme=theme)
        told: dict[str, Any] = page.evaluate(RUN, only)
        found += [f"{theme}: {one['id']}: {node['html'][:200]}" for one in told["violations"] for node in one["nodes"]]
    return found
