"""A pipeline of two micro-tasks, a review and an expert, and an item that is open in the review."""

from sqlmodel import select
from stage import Stage

from workflow_core.store.models import Annotation

PIPELINE = """
pipeline: p
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org]
    max_fix_rounds: 1
    on: {completed: signs}
  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [cy@example.org], on: {completed: qa}}
  qa:
    type: qa
    assignees: [quinn@example.org]
    extra_statuses: [for-expert, away, redo]
    on: {for-expert: expert, away: elsewhere, redo: cars}
  expert: {type: qa, assignees: [eve@example.org]}
exits: {elsewhere: {}}
"""
QUEUE = "\n    queue: {batch: 1, limit: 1}"


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
