"""A pipeline of two micro-tasks, a review and an expert, and an item that is open in the review."""

from sqlmodel import select
from stage import Stage

from pipelines import MICRO, with_settings
from workflow_core.store.models import Annotation

PIPELINE = with_settings(MICRO, cars="max_fix_rounds: 1")
QUEUE = ", queue: {batch: 1, limit: 1}"


def with_two(who, other, settings=""):
    """Return the pipeline with two people in the task of one of them."""
    one = f"assignees: [{who}@example.org]"
    return PIPELINE.replace(one, f"assignees: [{who}@example.org, {other}@example.org]{settings}")


def until_qa(engine, text=PIPELINE):
    stage = Stage(engine)
    stage.deploy(text)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.do("cy", "signs", "completed")
    stage.advance()
    return stage


def drawn(stage, label):
    with stage.session() as session:
        return session.exec(select(Annotation.id).where(Annotation.label == label)).one()
