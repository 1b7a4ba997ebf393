"""Pages elsewhere: whatever they make a browser send, it changes nothing here."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from served import application

from workflow_core.settings import Settings

PUBLIC = "https://label.example.org"
LAN = "http://label.lan:8484"
HERE = {"Sec-Fetch-Site": "same-origin"}
BODIES = {
    "/api/sessions": {"email": "ann@example.org", "password": "x" * 10},
    "/api/links/1": {"password": "x" * 10},
}
"""Of those who are nobody yet; of all others it is looked at before their body."""
FROM_ELSEWHERE = [
    {},
    *({"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "none", "", "Same-Origin, cross-site")),
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
    {"Sec-Fetch-Site": "", "Origin": "http://127.0.0.1"},
    *(
        {"Origin": origin}
        for origin in (
            "",
            "null",
            "://",
            "http://evil.example.org",
            "https://127.0.0.1",
            "http://127.0.0.1:8000",
            "http://127.0.0.1.example.org",
            "http://127.0.0.1 http://evil.example.org",
            "http://localhost",
        )
    ),
    {"Referer": "http://127.0.0.1/"},
]


@pytest.fixture(scope="module")
def browser(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A browser with a cookie, good or not: where it is asked from is looked at whoever asks."""
    home = tmp_path_factory.mktemp("home")
    url = f"sqlite:///{shutil.copy(sqlite_template, home / 'annoflow.db')}"
    app = application(Settings(home=home, database_url=url))
    with TestClient(app, "http://127.0.0.1", cookies={"annoflow": "x"}) as client:
        yield client


def mutating(client: TestClient) -> list[tuple[str, str]]:
    paths = client.get("/api/openapi.json").json()["paths"]
    found = [
        (method.upper(), re.sub(r"{\w+}", "1", path))
        for path, operations in paths.items()
        for method in operations
        if method != "get"
    ]
    assert len(found) > 10
    return found


def test_no_page_elsewhere_changes_anything(browser: TestClient) -> None:
    for number, (method, path) in enumerate(mutating(browser)):
        # Each operation refuses some of them, and operations of all kinds all of them.
        for headers in FROM_ELSEWHERE if path in BODIES or number % 10 == 0 else FROM_ELSEWHERE[:2]:
            refused = browser.request(method, path, headers=headers, json=BODIES.get(path))
            assert (refused.status_code, refused.json()["code"]) == (403, "cross-site"), (method, path, headers)


@pytest.mark.parametrize("headers", [HERE, {"Origin": "http://127.0.0.1"}, {**HERE, "Origin": "null"}], ids=str)
def test_pages_of_ours_do(browser: TestClient, headers: dict[str, str]) -> None:
    for method, path in mutating(browser):
        assert browser.request(method, path, headers=headers).status_code != 403, (method, path)


def test_who_asks_by_a_token_says_nothing_of_pages(browser: TestClient) -> None:
    by = {"Authorization": "Bearer af_nonsense", "Sec-Fetch-Site": "cross-site"}
    for method, path in mutating(browser):
        if path not in BODIES:  # nobody signs in by a token
            assert browser.request(method, path, headers=by).json()["code"] == "not-signed-in", (method, path)


def test_looking_is_not_a_change(browser: TestClient) -> None:
    assert browser.get("/api/me/assignments", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401


@pytest.mark.parametrize("public", [PUBLIC, LAN])
def test_an_origin_is_the_public_address_or_this_machine(sqlite_url: str, tmp_path: Path, public: str) -> None:
    app = application(Settings(home=tmp_path, database_url=sqlite_url, public_url=public))
    other_port = f"http://{urlsplit(public).hostname}:3000"
    with TestClient(app, public) as client:
        for base, origin, status in (
            (public, public, 401),
            (public, "http://127.0.0.1", 403),
            (public, public.replace("label", "evil"), 403),
            (other_port, other_port, 403),
            ("http://127.0.0.1:8484", public, 401),
            ("http://127.0.0.1:8484", "http://127.0.0.1:8484", 401),
            ("http://127.0.0.1:8484", "http://127.0.0.1:3000", 403),
        ):
            answer = client.post(f"{base}/api/sessions", headers={"Origin": origin}, json=BODIES["/api/sessions"])
            assert answer.status_code == status, (base, origin)
