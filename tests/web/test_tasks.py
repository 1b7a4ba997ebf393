"""A task on its page, in a real browser: its figures lead to items, and what is done says first what it does."""

from accessibility import in_both_themes
from browsing import Site, first
from playwright.sync_api import Route, expect
from running import wait_until
from stage import BOX

FAINT = """(button) => new Promise((done) => {
    button.click()
    setTimeout(() => done("never"), 60_000)
    const look = (one) => (one.opacity < 1 ? done(one.opacity) : requestAnimationFrame(() => look(one)))
    look(getComputedStyle(document.querySelector("main")))
})"""
"""A press, and how faint the page becomes while its answer is waited for."""
LEVELS = """row => {
    const low = (node) => {
        const words = document.createRange()
        words.selectNodeContents(node)
        return Math.max(...Array.from(words.getClientRects(), ({ bottom }) => bottom))
    }
    const [state, who] = [row.querySelector(".state").lastChild, row.cells[2].firstElementChild]
    return Math.round(Math.abs(low(state) - low(who)))
}"""
"""How far the words of a state stand below those beside them, in pixels."""


def test_a_manager_makes_a_task_and_runs_it(site: Site) -> None:
    mia = site.signed_in("mia")
    mia.get_by_role("link", name="Board").click()
    mia.get_by_role("link", name="New task").click()
    mia.get_by_label("Name").fill("signs")
    mia.get_by_label("Recipe, in YAML").fill("labels: [sign")
    mia.get_by_label("People").fill("bo@example.org 2\ncy@example.org")
    assert in_both_themes(mia) == []
    mia.get_by_role("button", name="See what it would have").click()
    expect(mia.get_by_role("alert")).to_contain_text("a bracket is not closed")
    mia.get_by_label("Recipe, in YAML").fill("labels: [sign]")
    mia.get_by_role("button", name="See what it would have").click()
    mia.get_by_role("button", name="Make it with 2 items").click()
    held: list[Route] = []
    mia.route("**/pace", lambda route: held.append(route))
    mia.get_by_role("link", name="All of signs").click()
    asked = first(mia, held)
    bars = "one => (({ height, visibility }) => [height, visibility])(getComputedStyle(one, '::after'))"
    wait_until(lambda: mia.locator("#paces").evaluate(bars) == ["104px", "visible"])
    asked.continue_()
    expect(mia.get_by_role("region", name="Pace")).to_contain_text("Nobody has worked here yet")
    expect(mia).to_have_title("signs · Board · annoflow")  # what came later has a title of its own
    assert in_both_themes(mia) == []

    mia.get_by_role("link", name="2 to do").click()
    expect(mia.get_by_role("row", name="00.jpg")).to_contain_text("to do")
    assert mia.get_by_role("row", name="00.jpg").evaluate(LEVELS) == 0
    assert in_both_themes(mia) == []
    mia.go_back()
    mia.get_by_role("textbox", name="E-mail").fill("di@example.org")
    mia.route("**/acts", lambda route: held.append(route))
    assert mia.get_by_role("button", name="Add person").evaluate(FAINT) == "0.3"
    mia.unroute("**/acts")
    held.pop().continue_()
    mia.get_by_label("All unfinished work of").select_option("bo@example.org")
    mia.get_by_label("goes to").fill("di@example.org")
    mia.get_by_role("button", name="Reassign…").click()
    mia.get_by_role("button", name="Hand over").click()
    expect(mia.get_by_role("row", name="bo@example.org")).to_have_count(0)
    mia.get_by_role("button", name="Take out cy@example.org").click()
    mia.get_by_role("button", name="Take out", exact=True).click()
    expect(mia.get_by_role("row", name="di@example.org").get_by_role("cell").first).to_have_text("2")
    mia.get_by_role("button", name="Close…").click()
    mia.get_by_role("button", name="Close with 2 items").click()
    mia.get_by_role("button", name="Re-open").click()
    expect(mia.get_by_role("button", name="Close…")).to_be_visible()
    mia.get_by_role("button", name="Put away…").click()
    mia.get_by_role("button", name="Put away with 2 items").click()
    expect(mia.get_by_text("Put away", exact=False).first).to_be_visible()


def test_a_manager_reviews_clears_sends_on_and_deals_anew(site: Site) -> None:
    for name in ("00.jpg", "01.jpg"):
        site.stage.submit("ann", "cars", name, "completed", annotations=[BOX])
    site.stage.set_active("quinn", False)
    site.stage.advance_all()
    mia = site.signed_in("mia")
    mia.get_by_role("link", name="Board").click()
    stuck = mia.get_by_role("region", name="Stuck").get_by_role("link", name="Send on")
    expect(stuck).to_have_count(2)
    assert in_both_themes(mia) == []
    stuck.first.click()
    mia.get_by_label("To").select_option("cars")
    mia.get_by_role("button", name="See what it does").click()
    mia.get_by_role("button", name="Send 1 item").click()
    expect(stuck).to_have_count(1)

    mia.get_by_role("link", name="All of cars").click()
    expect(mia.get_by_role("row", name="ann@example.org").get_by_role("img")).to_have_count(2)
    mia.get_by_role("link", name="Review its items").click()
    mia.get_by_label("Name").fill("second look")
    mia.get_by_label("People").fill("eve@example.org, fay@example.org")
    mia.get_by_role("button", name="See what it would have").click()
    mia.get_by_role("button", name="Make it with 1 item").click()
    mia.get_by_role("link", name="All of second look").click()
    mia.get_by_role("link", name="Redistribute…").click()
    mia.get_by_label("Share of eve@example.org").fill("0")
    mia.get_by_role("button", name="Preview").click()
    redistribute = mia.get_by_role("button", name="Redistribute 1 item")
    expect(redistribute).to_be_visible()
    assert in_both_themes(mia) == []
    redistribute.click()
    fay = mia.get_by_role("row", name="fay@example.org")
    expect(fay.get_by_role("cell").first).to_have_text("1")
    fay.get_by_role("button", name="Pause").click()
    expect(fay.get_by_role("button", name="Resume")).to_be_visible()

    mia.goto("/board")
    mia.get_by_role("link", name="All of cars").click()
    mia.get_by_role("button", name="Clear…").click()
    clear = mia.get_by_role("button", name="Clear 1 item")
    expect(clear).to_be_visible()
    assert in_both_themes(mia) == []
    clear.click()
    expect(mia.get_by_role("link", name="2 to do")).to_be_visible()


def test_a_second_click_does_not_throw_away_the_answer_to_the_first(site: Site) -> None:
    mia = site.signed_in("mia", "/board")
    held: list[Route] = []
    mia.route("**/pause", lambda route: held.append(route))
    twice = "button => (button.click(), setTimeout(() => button.click(), 300))"
    mia.get_by_role("button", name="Pause cars").evaluate(twice)
    asked = first(mia, held)
    mia.wait_for_timeout(600)
    assert len(held) == 1
    asked.continue_()
    expect(mia.get_by_role("button", name="Resume cars")).to_be_visible()
