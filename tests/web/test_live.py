"""Pages that follow what happens: by one stream a browser, and nothing under the pointer moves."""

from itertools import count

from browsing import Site
from playwright.sync_api import Page, Route, expect

from workflow_core.services.managers import staff

STIRRED = """() => new Promise((done) => {
    const channel = new BroadcastChannel(`annoflow:live:${document.querySelector("meta[name=person]").content}`)
    setTimeout(() => done(clearInterval(often)), 3_000)
    const often = setInterval(() => channel.postMessage("stir"), 20)
})"""
"""Things happen for three seconds, fifty times a second."""


def flagged(site: Site) -> None:
    site.stage.flag("quinn", "qa", "cars", "00.jpg", text="the roof")


def top(page: Page, name: str) -> float:
    found = page.get_by_role("button", name=name).bounding_box()
    assert found is not None
    return found["y"]


def test_two_tabs_of_a_browser_share_one_stream_and_nothing_moves_under_the_pointer(site: Site) -> None:
    site.stage.do("ann", "cars", "completed")
    site.stage.advance_all()
    ann = site.signed_in("ann")
    other = ann.context.new_page()
    streams: list[str] = []
    other.on("request", lambda asked: streams.append(asked.url) if "/live?" in asked.url else None)
    other.goto("/work")
    expect(ann).to_have_title("(1) My work · annoflow")
    ann.get_by_role("button", name="Start").hover()
    before = top(ann, "Start")
    flagged(site)
    for page in (ann, other):
        expect(page).to_have_title("(2) My work · annoflow")
        expect(page.get_by_role("listitem").first).to_contain_text("the roof")
    assert abs(top(ann, "Start") - before) < 1
    assert top(other, "Start") > before
    assert streams == []
    with other.expect_request("**/live?*"):
        ann.close()


def test_whoever_is_put_into_a_task_or_whose_task_is_paused_sees_it(site: Site) -> None:
    site.stage.add_member("new", role="contributor")
    new = site.signed_in("new")
    expect(new.get_by_text("You are in no task yet.")).to_be_visible()
    changing = {"actor": None, "now": site.stage.now}
    with site.stage.session() as session:
        key = site.stage.task(session, "cars").id
        staff.add(session, task_id=key, email="new@example.org", **changing)
    share = new.get_by_role("listitem").filter(has_text="cars")
    expect(share).to_be_visible()
    with site.stage.session() as session:
        staff.pause(session, what="task", key=key, **changing)
    expect(share).to_contain_text("Paused")


def test_what_was_typed_stays_also_where_the_server_has_something_else_by_now(site: Site) -> None:
    site.stage.add_member("olga", role="owner")
    olga = site.signed_in("olga")
    parts = count(1)
    olga.route("**/people", lambda route: route.fulfill(body=changing(route.fetch().text(), next(parts))))
    olga.goto("/people")
    typed = {"E-mails": "new@example.org", "An e-mail of its own": "model@example.org"}
    for label, text in typed.items():
        olga.get_by_label(label).fill(text)
    ticked = olga.get_by_label("Ticked")
    ticked.uncheck()
    role = olga.locator("select[name=role]").last
    role.select_option("manager")
    olga.get_by_role("button", name="Invite").focus()
    shown = olga.get_by_role("main").get_attribute("aria-label") or ""
    site.stage.do("ann", "cars", "completed")
    expect(olga.get_by_role("main")).not_to_have_attribute("aria-label", shown)
    for label, text in typed.items():
        expect(olga.get_by_label(label)).to_have_value(text)
    expect(role).to_have_value("manager")
    expect(ticked).not_to_be_checked()
    olga.unroute_all(behavior="ignoreErrors")


def changing(page: str, part: int) -> str:
    """Return a page as a live one in which each time something else is filled in."""
    page = page.replace('<main id="main"', f'<main id="main" data-live aria-label="Part {part}"')
    page = page.replace('name="email" type="email"', f'name="email" type="email" value="{part}@example.org"')
    page = page.replace("<option>owner", "<option selected>owner")
    ticked = f'<input type="checkbox" aria-label="Ticked" value="{part}" checked>'
    return page.replace("</textarea>", f"{part}</textarea>{ticked}")


def test_what_was_closed_on_the_board_stays_closed(site: Site) -> None:
    mia = site.signed_in("mia", "/board")
    cars = mia.locator("details.task").first
    cars.locator("summary").click()
    site.stage.do("ann", "cars", "completed")
    expect(cars).to_contain_text("1 of 2")
    expect(cars).not_to_have_attribute("open", "")


def test_without_the_stream_a_page_asks_every_ten_seconds(site: Site) -> None:
    site.stage.do("ann", "cars", "completed")
    site.stage.advance_all()
    ann = site.signed_in("ann")
    ann.route("**/live?*", lambda route: route.abort())
    ann.clock.install()
    ann.reload()
    expect(ann).to_have_title("(1) My work · annoflow")
    flagged(site)
    ann.clock.fast_forward(21_000)
    expect(ann).to_have_title("(2) My work · annoflow")
    site.complaints.clear()  # the browser says that it does not get the stream


def test_what_happens_before_a_page_listens_is_shown_too(site: Site) -> None:
    site.stage.do("ann", "cars", "completed")
    site.stage.advance_all()
    ann = site.signed_in("ann", "/account")

    def late(listening: Route) -> None:
        flagged(site)
        listening.continue_()

    ann.route("**/live?*", late, times=1)
    ann.goto("/work")
    expect(ann).to_have_title("(2) My work · annoflow")


def test_what_happens_while_a_page_asks_anew_is_shown_too(site: Site) -> None:
    mia = site.signed_in("mia", "/board")
    mia.evaluate("""() => {
        window.stirs = 0
        const person = document.querySelector("meta[name=person]").content
        new BroadcastChannel(`annoflow:live:${person}`).onmessage = ({ data }) => { stirs += data === "stir" }
    }""")

    def late(asking: Route) -> None:
        answer, before = asking.fetch(), mia.evaluate("stirs")
        site.stage.do("ann", "cars", "completed")
        mia.wait_for_function("before => stirs > before", arg=before)
        asking.fulfill(response=answer)

    mia.route("**/board", late, times=1)
    site.stage.do("ann", "cars", "completed")
    expect(mia.locator("details.task").first).to_contain_text("2 of 2")


def test_whatever_happens_a_page_is_refreshed_once_a_second_at_most(site: Site) -> None:
    ann = site.signed_in("ann")
    asked: list[str] = []
    ann.on("request", lambda request: asked.append(request.url))
    ann.evaluate(STIRRED)
    assert 1 <= len([one for one in asked if one.endswith("/work")]) <= 4
