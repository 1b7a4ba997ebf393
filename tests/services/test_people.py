"""Roles are held per project, and every service asks for them."""

from contextlib import nullcontext
from typing import Any

import pytest
from building import NOW, TWO_STEPS, add_items, deploy, person, stranger, task
from sqlmodel import Session, select
from stage import BOX

from workflow_core.domain.work.roles import Permission, Role
from workflow_core.errors import AnnoflowError, Conflict, InvalidInput, NotAllowed, NotFound
from workflow_core.services import people, projects
from workflow_core.services.accounts import members
from workflow_core.services.contributors import work
from workflow_core.services.exchange import exports, ingestion
from workflow_core.store.models import Person, Project


def the_project(session: Session, name: str = "default") -> Project:
    return session.exec(select(Project).where(Project.name == name)).one()


def test_a_stranger_cannot_work_in_a_task_nor_submit_to_its_task_items(session: Session) -> None:
    deploy(session)
    add_items(session, 1)
    sam, ann = stranger(session), people.person(session, email="ann@example.org")
    cars = task(session, "cars")
    claimed = work.claim_next(session, actor=ann, task_id=cars.id, now=NOW)
    assert claimed is not None
    with pytest.raises(NotFound):
        work.claim_next(session, actor=sam, task_id=cars.id, now=NOW)
    with pytest.raises(NotFound):
        work.submit(session, actor=sam, task_item_id=claimed.id, status="completed", annotations=[BOX], now=NOW)


def test_a_contributor_sees_neither_another_task_nor_anothers_assignment(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    ann, bo = (people.person(session, email=f"{name}@example.org") for name in ("ann", "bo"))
    cars, qa = task(session, "cars"), task(session, "qa")
    hers = work.claim_next(session, actor=ann, task_id=cars.id, now=NOW)
    his = work.claim_next(session, actor=bo, task_id=cars.id, now=NOW)
    assert hers is not None
    assert his is not None
    with pytest.raises(NotFound):
        work.claim_next(session, actor=ann, task_id=qa.id, now=NOW)
    for what in (work.release, work.postpone):
        with pytest.raises(NotFound):
            what(session, actor=ann, task_item_id=his.id, now=NOW)
    with pytest.raises(NotFound):
        work.submit(session, actor=ann, task_item_id=his.id, status="completed", now=NOW)
    with pytest.raises(NotFound):
        work.save_draft(session, actor=ann, task_item_id=his.id, annotations=[], now=NOW)
    assert work.submit(session, actor=ann, task_item_id=hers.id, status="completed", now=NOW).status == "completed"


def test_a_role_in_one_project_is_none_in_another(session: Session) -> None:
    owner = person(session, "olga@example.org", role="owner")
    deploy(session, "project: other\n" + TWO_STEPS)
    with pytest.raises(NotFound):
        deploy(session, "project: other\n" + TWO_STEPS, actor=owner)
    assert people.role_of(session, person=owner, project_id=the_project(session).id) == Role.OWNER
    assert people.role_of(session, person=owner, project_id=the_project(session, "other").id) is None


def test_names_of_projects_are_told_to_those_who_are_in_them(session: Session) -> None:
    owner = person(session, "olga@example.org", role="owner")
    person(session, "mia@example.org", role="manager", project="secret")
    with pytest.raises(NotFound) as refused:
        people.project(session, name="secret", actor=owner)
    assert str(refused.value) == "no project 'secret'; there is 'default'"
    assert people.project(session, name="default", actor=owner).name == "default"
    assert [one.name for one in projects.listed(session, actor=owner).items] == ["default"]
    assert [one.name for one in projects.listed(session, actor=owner).items] == ["default"]


@pytest.mark.parametrize("role", ["contributor", None])
def test_names_of_pipelines_are_not_told_to_who_may_not_see_them(session: Session, role: str | None) -> None:
    deploy(session)
    actor = person(session, "pat@example.org", role=role) if role else stranger(session)
    for service in (exports.export, ingestion.ingest):
        more: dict[str, Any] = {"exit_name": "approved", "now": NOW} if service is exports.export else {}
        more |= {"clock": lambda: NOW} if service is ingestion.ingest else {}
        with pytest.raises(NotAllowed if role else NotFound) as refused:
            service(lambda read_only=False: nullcontext(session), pipeline="x", project="default", actor=actor, **more)
        assert "street" not in str(refused.value)


def test_who_makes_a_project_owns_it(session: Session) -> None:
    actor = stranger(session)
    with pytest.raises(NotAllowed, match="does not run this annoflow"), session.begin_nested():
        deploy(session, actor=actor)
    actor.operator = True
    deploy(session, actor=actor)
    assert people.role_of(session, person=actor, project_id=the_project(session).id) == Role.OWNER


def test_an_email_is_one_person_in_whatever_case(session: Session) -> None:
    deploy(session, TWO_STEPS.replace("ann@example.org", "Ann@Example.ORG"))
    ann = people.person(session, email="  ANN@example.org")
    assert ann.email == "ann@example.org"
    assert person(session, "aNN@EXAMPLE.org").id == ann.id
    members.set_role(
        session, actor=None, project_id=the_project(session).id, email="ANN@EXAMPLE.ORG", role=Role.MANAGER, now=NOW
    )
    assert people.role_of(session, person=ann, project_id=the_project(session).id) == Role.MANAGER
    assert len(session.exec(select(Person).where(Person.email == "ann@example.org")).all()) == 1


@pytest.mark.parametrize("email", ["", "ann", "@example.org", "ann@", "a b@example.org", "a@b@c", "a" * 250 + "@b.org"])
def test_what_is_no_email_is_refused(session: Session, email: str) -> None:
    with pytest.raises(InvalidInput, match="is not an e-mail address"):
        person(session, email)


def test_a_deploy_never_lowers_a_role(session: Session) -> None:
    person(session, "ann@example.org", role="owner")
    deploy(session)
    ann = people.person(session, email="ann@example.org")
    assert people.role_of(session, person=ann, project_id=the_project(session).id) == Role.OWNER


@pytest.mark.parametrize("how", ["another role", "deactivated"])
def test_a_project_keeps_an_owner(session: Session, how: str) -> None:
    owner = person(session, "olga@example.org", role="owner")
    project = the_project(session).id

    def leave() -> None:
        if how == "another role":
            members.set_role(
                session, actor=owner, project_id=project, email=owner.email, role=Role.CONTRIBUTOR, now=NOW
            )
        else:
            members.deactivate(session, actor=owner, project_id=project, email=owner.email, now=NOW)

    with pytest.raises(Conflict, match="the only owner"):
        leave()
    second = person(session, "otto@example.org", role="owner")
    second.active = False
    session.flush()
    with pytest.raises(Conflict, match="the only owner"):
        leave()
    second.active = True
    session.flush()
    leave()


def test_who_is_deactivated_can_do_nothing_any_more(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    project = the_project(session).id
    ann = members.deactivate(session, actor=None, project_id=project, email="ann@example.org", now=NOW)
    with pytest.raises(NotFound):
        work.claim_next(session, actor=ann, task_id=task(session, "cars").id, now=NOW)
    assert not people.may(session, actor=ann, project_id=project, permission=Permission.SEE_OWN_WORK)


def test_who_is_brought_back_works_on(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    project = the_project(session).id
    members.deactivate(session, actor=None, project_id=project, email="ann@example.org", now=NOW)
    ann = members.activate(session, actor=None, project_id=project, email="ann@example.org")
    assert work.claim_next(session, actor=ann, task_id=task(session, "cars").id, now=NOW) is not None
    with pytest.raises(NotFound, match="nobody in this project"):
        members.activate(session, actor=None, project_id=project, email=stranger(session).email)


def test_an_owner_deactivates_nobody_of_other_owners(session: Session) -> None:
    owner = person(session, "olga@example.org", role="owner")
    person(session, "ann@example.org", project="other")
    project = the_project(session).id
    with pytest.raises(NotFound, match="nobody in this project"):
        members.deactivate(session, actor=owner, project_id=project, email="ann@example.org", now=NOW)
    person(session, "ann@example.org")
    with pytest.raises(NotAllowed, match="other owners"):
        members.deactivate(session, actor=owner, project_id=project, email="ann@example.org", now=NOW)
    with pytest.raises(NotAllowed, match="other owners"):
        members.activate(session, actor=owner, project_id=project, email="ann@example.org")
    assert people.person(session, email="ann@example.org").active


def test_every_error_says_what_is_possible(session: Session) -> None:
    deploy(session)
    with pytest.raises(AnnoflowError, match="no project 'defualt'; there is 'default'"):
        people.project(session, name="defualt")
    with pytest.raises(AnnoflowError, match="nobody here has the e-mail 'zoe@"):
        people.person(session, email="zoe@example.org")
