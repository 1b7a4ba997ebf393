"""Going through a page by keys alone: Tab until something has the focus, which must be seen wherever it stops."""

from typing import Any

from playwright.sync_api import Locator, Page

ROUND = "the page"
"""Where Tab is before the first stop, and after the last."""
STOP = """wanted => {
    const at = document.activeElement
    if (at === document.body) return { seen: true, what: "the page" }
    const style = getComputedStyle
    const ringed = (node) => parseFloat(style(node).outlineWidth) >= 2 && style(node).outlineStyle !== "none"
    const bold = at.closest(".shapes") && parseFloat(style(at).strokeWidth) >= (at.matches(".dot") ? 14 : 5)
    const { top, right, bottom, left } = at.getBoundingClientRect()
    const there = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth
    const seen = there && (bold ?? (ringed(at) || ringed(at.parentElement)))
    return { here: at === wanted, seen, what: at.outerHTML.match(/^<[^]*?>/)[0] }
}"""


def reach(page: Page, wanted: Locator) -> Locator:
    """Press Tab until something has the focus; fails at a stop where nobody would see that it has."""
    wanted.wait_for()
    page.wait_for_load_state()  # its scripts hear what is pressed
    passed: list[str] = []
    while passed.count(ROUND) < 2:
        stop: dict[str, Any] = wanted.evaluate(STOP)
        assert stop["seen"], f"the focus is not to be seen: {stop['what']}"
        if stop.get("here"):
            return wanted
        passed.append(stop["what"])
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab leads not there, but to {passed}")


def enter(page: Page, role: Any, name: str, key: str = "Enter") -> None:
    """Reach something by its name, and press it."""
    reach(page, page.get_by_role(role, name=name).first)
    page.keyboard.press(key)


def write(page: Page, label: str, text: str) -> None:
    """Reach a field, and put this in place of what is in it."""
    reach(page, page.get_by_label(label))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)
