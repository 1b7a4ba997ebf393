"""Items that are open in a review: of one task, or of a pipeline of two micro-tasks with an expert behind."""

from sqlmodel import select
from stage import Stage

from pipelines import MICRO, REVIEWED, with_settings
from workflow_core.store.models import Annotation

PIPELINE = with_settings(MICRO, cars="max_fix_rounds: 1")
QUEUE = ", queue: {batch: 1, limit: 1}"


def with_two(who, other, settings=""):
    """Return the pipeline with two people in the task of one of them."""
    one = f"assignees: [{who}@example.org]"
    return PIPELINE.replace(one, f"assignees: [{who}@example.org, {other}@example.org]{settings}")


def until_qa(engine, text=PIPELINE):
    stage = after_cars(engine, text)
    stage.do("cy", "signs", "completed")
    stage.advance()
    return stage


def after_cars(engine, text=REVIEWED):
    """Return a stage with an item that is completed in `cars`, and went on from there."""
    stage = Stage(engine)
    stage.deploy(text)
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.advance()
    return stage


def drawn(stage, label):
    with stage.session() as session:
        return session.exec(select(Annotation.id).where(Annotation.label == label)).one()
