"""Whatever happens at whatever moment: what was drawn is in the draft in the end.

ANNOFLOW_SOAK lets each happen fifty times, and cuts the connection for half a minute ten times.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from browsing import PASSWORD, Site, drag
from playwright.sync_api import Page, expect
from serving import Server
from sqlmodel import select

from workflow_core.store.models import Draft, TaskItem

SOAK = "ANNOFLOW_SOAK" in os.environ
TIMES = 50 if SOAK else 2
CUT = 30_000 if SOAK else 500
LATEST = 1_500
"""Milliseconds: a draft goes out a second after the last change, so that it is hit before, on its way, and after."""


@dataclass
class Drawing:
    """Ann draws box after box on one item; she comes back to it in a window of the same browser."""

    site: Site
    server: Server
    page: Page
    address: str
    drawn: list[tuple[int, int]] = field(default_factory=list)

    def box(self) -> None:
        corner = (10 + 40 * (len(self.drawn) % 15), 10 + 40 * (len(self.drawn) // 15))
        drag(self.page, corner, (corner[0] + 30, corner[1] + 30))
        self.drawn.append(corner)

    def come_back(self) -> None:
        self.page.goto(self.address)
        self.page.get_by_role("button", name="box", exact=True, pressed=True).wait_for()

    def assert_saved(self) -> None:
        expect(self.page.locator("#kept")).to_have_text("Saved")
        with self.site.stage.session() as session:
            key = int(self.address.rsplit("/", 1)[1])
            draft = session.exec(select(Draft).where(Draft.task_item_id == key)).one()
        corners = [one["geometry"] for one in draft.content["annotations"]]
        assert [(round(one["x"]), round(one["y"])) for one in corners] == self.drawn


def reload(drawing: Drawing) -> None:
    drawing.come_back()


def close_the_tab(drawing: Drawing) -> None:
    context = drawing.page.context
    drawing.page.close()
    drawing.page = context.new_page()
    drawing.come_back()


def kill_the_server(drawing: Drawing) -> None:
    drawing.server.kill_and_start()
    drawing.box()


def cut_the_connection(drawing: Drawing) -> None:
    drawing.page.context.set_offline(True)
    drawing.box()
    drawing.page.wait_for_timeout(CUT)
    drawing.box()
    drawing.page.context.set_offline(False)


def close_the_tab_without_a_connection(drawing: Drawing) -> None:
    drawing.page.context.set_offline(True)
    drawing.box()
    context = drawing.page.context
    drawing.page.close()
    context.set_offline(False)
    drawing.page = context.new_page()
    drawing.come_back()


def end_the_session(drawing: Drawing) -> None:
    drawing.box()  # before the session is over: nobody draws below a dialog that asks for the password
    drawing.page.context.clear_cookies()
    password = drawing.page.get_by_label("Password")
    expect(password.or_(drawing.page.locator("#kept.saved")).first).to_be_visible()
    if not password.is_visible():  # all had gone out before
        drawing.box()
    password.fill(PASSWORD)
    drawing.page.get_by_role("button", name="Sign in").click()


def let_the_claim_expire(drawing: Drawing) -> None:
    stage = drawing.site.stage
    with stage.session() as session:
        item = session.get_one(TaskItem, int(drawing.address.rsplit("/", 1)[1]))
        if item.lease_until:
            item.lease_until = datetime.now(UTC) - timedelta(minutes=1)
    stage.now = datetime.now(UTC)
    stage.sweep()
    drawing.box()


MISHAPS = [
    reload,
    close_the_tab,
    kill_the_server,
    cut_the_connection,
    close_the_tab_without_a_connection,
    end_the_session,
    let_the_claim_expire,
]


@pytest.fixture(scope="module")
def ann(killable: tuple[Site, Server]) -> Page:
    return killable[0].signed_in("ann")


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mishap", MISHAPS, ids=lambda one: one.__name__)
def test_nothing_drawn_is_lost(killable: tuple[Site, Server], ann: Page, mishap: Callable[[Drawing], None]) -> None:
    site, running = killable
    number = MISHAPS.index(mishap) + 1
    drawing = Drawing(site, running, ann.context.new_page(), f"{site.url}/studio/{number}")
    drawing.come_back()
    moments = random.Random(number)
    for _ in range(10 if mishap is cut_the_connection and SOAK else TIMES):
        for _ in range(2):
            drawing.box()
            drawing.page.wait_for_timeout(moments.uniform(0, LATEST))
        mishap(drawing)
        drawing.assert_saved()
    drawing.page.close()
