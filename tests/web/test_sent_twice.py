"""A form that is sent twice: nothing is twice, whichever page it is on."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import count
from typing import Any

import pytest
from browsing import PASSWORD, link
from fastapi.testclient import TestClient
from httpx import Response
from stage import Stage

from pipelines import REVIEWED
from workflow_core.store.database.dialect import run
from workflow_core.store.models.base import Table

OWNER = (
    "/board",
    "/board/new",
    "/board/projects",
    "/board/tasks/1/redistribution",
    "/board/send?dataset=1",
    "/items?dataset=1",
    "/items/1",
    "/exports",
    "/people",
    "/people/1/deactivations?email=bo@example.org",
    "/pipelines",
    "/account",
    "/board/tasks/1",
)
FILLED = {"emails": "new@example.org", "email": "model@example.org", "person": "quinn@example.org", "rank": "7"}
FILLED |= {"recipe": "labels: [car]", "people": "bo@example.org"}
FILLED |= dict.fromkeys(("where", "folder", "val", "test", "share"), "")
BY_JOBS = {"answer", "category", "export", "job_file", "lease"}
"""What is kept of forms, and what jobs write meanwhile; of these a second one is told."""
LEFT_OUT = {"/sign-out", "/account/password"}
"""After these nobody is signed in; they have tests of their own."""


class Forms(HTMLParser):
    """The forms of a page that change something: for each of its buttons where to, and what is sent."""

    def __init__(self, page: str, at: str) -> None:
        super().__init__()
        self.at, self.found, self.inside, self.option = at, [], False, False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.inside = given.get("method") == "post"
            self.action, self.fields, self.select = given.get("action", self.at), {}, ""
        if not self.inside:
            return
        name = given.get("name", "")
        if tag == "button" and "disabled" not in given:
            more = {name: given["value"]} if name else {}
            self.found.append((given.get("formaction", self.action), self.fields, more))
        elif tag == "select":
            self.select = name
        elif tag == "option" and "value" in given:
            self.fields.setdefault(self.select, given["value"])
        elif tag == "option":
            self.option = True
        elif tag in ("input", "textarea") and name and given.get("type") not in ("checkbox", "radio", "file"):
            self.fields[name] = given.get("value") or FILLED.get(name, "nightly")

    def handle_data(self, data: str) -> None:
        if self.inside and self.option:
            self.fields.setdefault(self.select, data.strip())
        self.option = False

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"


def kind(sent: tuple[str, Any, dict[str, str]]) -> str:
    return re.sub(r"\d+", "N", f"{sent[0].partition('?')[0]} {sent[2]}")


def rows(stage: Stage) -> dict[str, int]:
    with stage.session() as session:
        tables = [table for table in Table.metadata.tables if table not in BY_JOBS]
        return {table: run(session, f'SELECT count(*) FROM "{table}"').one()[0] for table in tables}


def sent_twice(client: TestClient, stage: Stage, addresses: tuple[str, ...]) -> Iterator[str]:
    """Send each kind of form that these pages have, and those that answer them, twice; tell what they made."""
    known: set[str] = set()
    for at in addresses:
        for number in count():
            forms = Forms(client.get(at).text, at).found
            if number == len(forms):
                break
            yield from twice(client, stage, forms[number], known)


def twice(client: TestClient, stage: Stage, form: Any, known: set[str]) -> Iterator[str]:
    if kind(form) in known or form[0] in LEFT_OUT:
        return
    known.add(kind(form))
    action, fields, more = form
    assert "once" in fields, f"{action} has no key"
    before = rows(stage)
    first: Response = client.post(action, data={**fields, **more})
    between = rows(stage)
    second: Response = client.post(action, data={**fields, **more})
    assert rows(stage) == between, f"{kind(form)} was done twice"
    if first.status_code == 303:
        assert (second.status_code, second.headers["location"]) == (303, first.headers["location"]), kind(form)
    if between != before:
        yield kind(form)
    elif first.status_code == 200:
        for one in Forms(first.text, action).found:
            yield from twice(client, stage, one, known)


@pytest.fixture
def olga(client: TestClient, stage: Stage) -> TestClient:
    """Olga owns the project, and runs the installation."""
    stage.add_member("olga", role="owner")
    stage.add_member("bo", role="contributor")
    with stage.session() as session:
        stage.person(session, "olga").operator = True
    client.post(link(stage, "olga"), data={"password": PASSWORD})
    return client


def test_no_form_of_who_runs_a_project_does_anything_twice(olga: TestClient, stage: Stage) -> None:
    made = " ".join(sent_twice(olga, stage, OWNER))
    for one in ("invitations", "links", "programs", "tokens", "exports", "board/new", "projects", "acts"):
        assert one in made, made


def form_of(client: TestClient, at: str, action: str) -> Any:
    return next(one for one in Forms(client.get(at).text, at).found if one[0].startswith(action))


def test_a_deploy_is_made_once(olga: TestClient, stage: Stage) -> None:
    at = "/pipelines?new=team"
    _, fields, _ = form_of(olga, at, "/pipelines/plan")
    given = {"name": "pipeline.yaml", "text": REVIEWED.replace("pipeline: p", "pipeline: second")}
    planned = olga.post("/pipelines/plan", data={**fields, **given}).text
    _, fields, _ = next(one for one in Forms(planned, at).found if one[0] == "/pipelines/deploy")
    before = rows(stage)["deploy"]
    first, second = (olga.post("/pipelines/deploy", data={**fields, **given}) for _ in range(2))
    assert rows(stage)["deploy"] == before + 1
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]


def test_a_dataset_is_made_once(olga: TestClient, stage: Stage) -> None:
    _, fields, more = form_of(olga, "/board/projects", "/board/projects")
    project = olga.post("/board/projects", data={**fields, **more}).headers["location"].rpartition("=")[2]
    action, fields, _ = form_of(olga, f"/items?project={project}", "/items/datasets")
    before = rows(stage)["dataset"]
    first, second = (olga.post(action, data=fields) for _ in range(2))
    assert rows(stage)["dataset"] == before + 1
    assert (first.status_code, first.headers["location"]) == (second.status_code, second.headers["location"])


def test_signing_out_twice_ends_one_session(olga: TestClient, stage: Stage) -> None:
    _, fields, _ = form_of(olga, "/account", "/sign-out")
    first = olga.post("/sign-out", data=fields)
    between = rows(stage)
    second = olga.post("/sign-out", data=fields)
    assert [one.headers["location"].partition("?")[0] for one in (first, second)] == ["/sign-in", "/sign-in"]
    assert rows(stage) == between


def test_a_password_that_is_sent_twice_is_changed_once(olga: TestClient, stage: Stage) -> None:
    _, fields, _ = form_of(olga, "/account", "/account/password")
    sent = {**fields, "old": PASSWORD, "new": f"{PASSWORD}, or two"}
    first, second = (olga.post("/account/password", data=sent) for _ in range(2))
    assert [one.headers["location"].partition("?")[0] for one in (first, second)] == ["/sign-in", "/sign-in"]
    given = {"email": "olga@example.org", "password": sent["new"]}
    assert olga.post("/sign-in", data=given).headers["location"] == "/work"


def test_no_form_of_who_works_does_anything_twice(client: TestClient, stage: Stage) -> None:
    stage.do("ann", "cars", "completed")
    client.post(link(stage, "ann"), data={"password": PASSWORD})
    assert "undo" in " ".join(sent_twice(client, stage, ("/work",)))
