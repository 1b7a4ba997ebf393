"""Passwords that change while somebody signs in, and people who come back."""

from datetime import timedelta

import pytest
from building import NOW, person
from sqlmodel import Session

from workflow_core.errors import Conflict, NotFound
from workflow_core.services import people
from workflow_core.services.accounts import links, members, passwords, sign_ins
from workflow_core.services.accounts.passwords import Account

ANN = "ann@example.org"


@pytest.fixture
def ann(session: Session) -> Account:
    """Who has a password, as whoever signs in finds it."""
    person(session, "olga@example.org", role="owner")
    passwords.give(session, person_id=person(session, ANN).id, hash="first", now=NOW)
    return passwords.account(session, email=ANN)


def begin(session: Session, account: Account) -> str | None:
    begun = sign_ins.begin(session, account=account, renewed=account.hash, agent="a\nb", now=NOW)
    return None if begun is None else begun[0]


def test_nobody_is_signed_in_by_a_password_that_was_changed_meanwhile(session: Session, ann: Account) -> None:
    assert begin(session, ann)
    assert ann.person_id is not None
    passwords.give(session, person_id=ann.person_id, hash="second", now=NOW)
    assert begin(session, ann) is None
    assert not passwords.change(session, account=ann, hash="third", now=NOW)
    assert passwords.account(session, email=ANN).hash == "second"


def test_who_comes_back_signs_in_anew(session: Session, ann: Account) -> None:
    secret = begin(session, ann)
    link = links.make(session, email=ANN, now=NOW).secret
    assert secret is not None
    about = {"actor": None, "project_id": people.project(session, name="default").id, "email": ANN}
    members.deactivate(session, **about, now=NOW)
    with pytest.raises(Conflict, match="no longer active"):
        links.make(session, email=ANN, now=NOW)
    members.activate(session, **about)
    assert sign_ins.caller(session, secret=secret, now=NOW + timedelta(minutes=1)) is None
    with pytest.raises(NotFound):
        links.email(session, secret=link, now=NOW)
