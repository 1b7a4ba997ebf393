"""Those who run the installation: its first owner, and whom they name."""

from collections.abc import Callable
from typing import Any

import pytest
from building import NOW, TWO_STEPS, deploy, person
from sqlmodel import Session
from stage import email

from workflow_core.domain.work.roles import Role
from workflow_core.errors import Conflict, NotAllowed, NotFound
from workflow_core.services import people, projects
from workflow_core.services.accounts import links, members, operators, passwords
from workflow_core.store.models import Person

PASSWORD = "correct horse battery"


def role(session: Session, who: str, project: str = "default") -> Role | None:
    project_id = people.project(session, name=project).id
    return people.role_of(session, person=people.person(session, email=email(who)), project_id=project_id)


@pytest.fixture
def fay(session: Session) -> Person:
    """The first owner."""
    operators.appoint(session, actor=None, email=email("fay"), now=NOW)
    return people.person(session, email=email("fay"))


def test_the_first_owner_comes_by_a_link_and_owns_what_the_machine_has_made(session: Session) -> None:
    deploy(session)
    person(session, email("olga"), role="owner", project="hers")
    link = links.for_first_owner(session, now=NOW)
    assert link is not None
    assert links.email(session, secret=link.secret, now=NOW) is None
    hash = passwords.hashed(PASSWORD)
    links.use(session, secret=link.secret, hash=hash, email="Fay@example.org", now=NOW)
    assert (role(session, "fay"), role(session, "fay", "hers")) == (Role.OWNER, None)
    deploy(session, "project: later\n" + TWO_STEPS)
    assert role(session, "fay", "later") == Role.OWNER
    assert links.for_first_owner(session, now=NOW) is None


def test_a_link_for_the_first_owner_ends_when_there_is_one(session: Session) -> None:
    link = links.for_first_owner(session, now=NOW)
    assert link is not None
    operators.appoint(session, actor=None, email=email("fay"), now=NOW)
    with pytest.raises(NotFound):
        links.use(session, secret=link.secret, hash="x", email=email("eve"), now=NOW)


def test_projects_are_made_by_those_who_run_the_installation(session: Session, fay: Person) -> None:
    olga = person(session, email("olga"), role="owner", project="hers")
    with pytest.raises(NotAllowed, match="does not run this annoflow"):
        projects.make(session, actor=olga, name="another", now=NOW)
    made = projects.make(session, actor=fay, name="new", now=NOW)
    assert made.role == "owner"
    assert projects.make(session, actor=fay, name="new", now=NOW) == made
    operators.appoint(session, actor=fay, email=olga.email, now=NOW)
    with pytest.raises(Conflict, match="others have a project 'new'"):
        projects.make(session, actor=olga, name="new", now=NOW)


CALLS: dict[str, Callable[..., Any]] = {
    "appoint": lambda session, actor: operators.appoint(session, actor=actor, email=email("bo"), now=NOW),
    "dismiss": lambda session, actor: operators.dismiss(session, actor=actor, email=email("second")),
    "everybody": lambda session, actor: operators.everybody(session, actor=actor),
    "deactivate": lambda session, actor: members.deactivate(
        session, actor=actor, project_id=None, email=email("bo"), now=NOW
    ),
    "activate": lambda session, actor: members.activate(session, actor=actor, project_id=None, email=email("bo")),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_nobody_else_runs_the_installation(session: Session, fay: Person, call: Callable[..., Any]) -> None:
    olga = person(session, email("olga"), role="owner")
    person(session, email("bo"))
    gone = person(session, email("gone"))
    for who in ("second", "gone"):
        operators.appoint(session, actor=fay, email=email(who), now=NOW)
    gone.active = False
    session.flush()
    for actor in (olga, gone):
        with pytest.raises(NotAllowed, match="does not run this annoflow"):
            call(session, actor)
    call(session, fay)


def test_an_owner_of_projects_has_no_power_over_who_runs_the_installation(session: Session, fay: Person) -> None:
    olga = person(session, email("olga"), role="owner")
    project_id = people.project(session, name="default").id
    people.member(session, email=fay.email, project_id=project_id, role="contributor", now=NOW)
    for call in (members.of_own_projects, members.activate):
        with pytest.raises(NotAllowed, match="does not run this annoflow"):
            call(session, actor=olga, project_id=project_id, email=fay.email)


def test_somebody_always_runs_the_installation(session: Session, fay: Person) -> None:
    person(session, email("olga"), role="owner")
    for leave in (
        lambda: operators.dismiss(session, actor=fay, email=fay.email),
        lambda: members.deactivate(session, actor=fay, project_id=None, email=fay.email, now=NOW),
    ):
        with pytest.raises(Conflict, match="alone runs this annoflow"):
            leave()
    operators.appoint(session, actor=fay, email=email("olga"), now=NOW)
    operators.dismiss(session, actor=fay, email=fay.email)
    with pytest.raises(NotAllowed):
        operators.everybody(session, actor=fay)


def test_programs_and_who_is_gone_do_not_run_it(session: Session, fay: Person) -> None:
    project_id = people.project_for(session, name="p", actor=fay, now=NOW).id
    members.add_service(session, actor=fay, project_id=project_id, email=email("bot"), now=NOW)
    person(session, email("gone")).active = False
    for who in ("bot", "gone"):
        with pytest.raises(Conflict, match="choose somebody else"):
            operators.appoint(session, actor=fay, email=email(who), now=NOW)
