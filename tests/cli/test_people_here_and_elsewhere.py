"""What is done about people and tokens prints the same on the machine and over HTTP, and does the same."""

from functools import partial

import pytest
from stage import Stage


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_people_and_tokens_are_seen_to_alike(
    stage: Stage, annoflow, over_http, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOFLOW_DATABASE_URL", database_url)
    stage.add_member("olga", "owner")
    there = partial(over_http, "olga")
    inviting = ("person", "invite", "cy@example.org", "ann@example.org", "--dry-run")
    raising = ("person", "role", "bo@example.org", "manager")
    for words in (("person", "list"), ("person", "list", "--json"), inviting, (*raising, "--dry-run")):
        assert (there(*words), annoflow(*words).code) == (annoflow(*words), 0), words
    assert "cy@example.org" not in annoflow("person", "list").out
    for run in (annoflow, there):
        assert run("person", "invite", "cy@example.org").out.startswith("cy@example.org  http://127.0.0.1:8484/links/")
        assert run("person", "link", "bo@example.org").out.startswith("http://127.0.0.1:8484/links/")
        foretold = run("person", "link", "bo@example.org", "--dry-run").out
        assert foretold == "bo@example.org would get a link, and an older one of theirs would end\n"
        assert run(*raising).out == "bo@example.org is manager (was contributor)\n"
        annoflow("person", "role", "bo@example.org", "contributor")
        told = run("person", "deactivate", "bo@example.org", "--dry-run").out
        assert told == "bo@example.org would be deactivated; reassign what they hold\n"
        assert "deactivated" not in annoflow("person", "list").out
        assert run("person", "deactivate", "bo@example.org").out == told.replace("would be", "is")
        assert "deactivated" in annoflow("person", "list").out
        told = run("person", "activate", "bo@example.org", "--dry-run").out
        assert "deactivated" in annoflow("person", "list").out
        assert run("person", "activate", "bo@example.org").out == told.replace("would be", "is")
        assert "deactivated" not in annoflow("person", "list").out
        told = run("token", "new", "olga@example.org", "tablet", "--read-only", "--dry-run").out
        assert told == "would make a token of olga@example.org, tablet, that may read and never ends\n"
        assert "tablet" not in annoflow("token", "list", "olga@example.org").out
        assert run("token", "new", "olga@example.org", "laptop", "--days", "7").out.startswith("af_")
    last = there("token", "list", "olga@example.org", "--json")
    assert last == annoflow("token", "list", "olga@example.org", "--json")
    told = there("token", "revoke", "olga@example.org", last.json()[0]["id"], "--dry-run")
    assert told.out.startswith(f"would end token {last.json()[0]['id']} of olga@example.org, ")
    assert last.json()[0] in annoflow("token", "list", "olga@example.org", "--json").json()
    none = annoflow("token", "revoke", "olga@example.org", "99", "--dry-run")
    assert none.code == 3 and there("token", "revoke", "olga@example.org", "99", "--dry-run") == none
    ended = there("token", "revoke", "olga@example.org", last.json()[0]["id"])
    assert ended.out == f"token {last.json()[0]['id']} of olga@example.org has ended\n"
    others = there("token", "list", "ann@example.org")
    assert (others.code, "one's own alone, which is olga@example.org" in others.err) == (3, True)
