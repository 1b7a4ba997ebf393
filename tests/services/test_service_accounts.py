"""Service accounts: programs that work like people, and review nothing."""

import pytest
from stage import BOX, Stage, email

from pipelines import REVIEWED, staffed
from workflow_core.errors import Conflict, InvalidInput
from workflow_core.services.accounts import members
from workflow_core.services.pipelines import bundles, plans

REFUSED = r"bot@example\.org is a service account, and the QA task '(qa|look)' is for people alone"


@pytest.fixture
def stage(engine):
    """A task, its review, and a service account in the project."""
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(1)
    add_bot(stage)
    return stage


def add_bot(stage, who="bot"):
    with stage.session() as session:
        project_id = stage.task(session, "cars").project_id
        members.add_service(session, actor=None, project_id=project_id, email=email(who), now=stage.now)


def test_it_works_in_an_annotation_task(stage):
    stage.deploy(staffed(REVIEWED, cars="bot"))
    stage.reassign("cars", old="ann", new="bot")
    assert stage.do("bot", "cars", "completed", annotations=[BOX]) == "0"


@pytest.mark.parametrize("team", ["bot", "quinn bot"])
def test_no_pipeline_lets_it_review(stage, team):
    text = staffed(REVIEWED, qa=team)
    with pytest.raises(InvalidInput, match=REFUSED):
        stage.deploy(text.replace("bot@", "Bot@"))
    with stage.session() as session:
        bundle = bundles.compile_file(text.encode(), file="p.yaml", read=stage.read)
        plan = plans.plan(session, bundle, actor=None, now=stage.now)
    assert plan.refused == "bot@example.org is a service account, and the QA task 'qa' is for people alone"


def test_no_task_by_hand_lets_it_review(stage):
    stage.do("ann", "cars", "completed")
    with pytest.raises(InvalidInput, match=REFUSED):
        stage.manual_qa("look", "cars", "bot")


def test_no_manager_lets_it_review(stage):
    with pytest.raises(InvalidInput, match=REFUSED):
        stage.add_person("qa", "bot")
    with pytest.raises(InvalidInput, match=REFUSED):
        stage.reassign("qa", old="quinn", new="bot")
    stage.add_person("cars", "bot")


def test_a_person_does_not_become_one(stage):
    with pytest.raises(
        Conflict, match=r"quinn@example\.org is a person's; give the service account an e-mail of its own"
    ):
        add_bot(stage, "quinn")


def test_it_is_added_once(stage):
    add_bot(stage)
    with stage.session() as session:
        assert stage.person(session, "bot").service
        assert not stage.person(session, "quinn").service
