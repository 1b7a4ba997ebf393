"""What the end of a claim does to an item that is claimed to be fixed: it stays returned, and its author's."""

import pytest
from stage import Stage, email

from workflow_core.errors import Conflict

PIPELINE = """
pipeline: p
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org, bo@example.org]
    queue: true
    on: {completed: qa}
  qa: {type: qa, assignees: [quinn@example.org]}
"""


@pytest.mark.parametrize("how", ["release", "postpone", "expiry"])
@pytest.mark.parametrize("queue", [True, False])
def test_a_claimed_fix_goes_back_to_its_author_and_never_to_the_pool(engine, queue, how):
    stage = Stage(engine)
    stage.deploy(PIPELINE if queue else PIPELINE.replace("    queue: true\n", ""))
    stage.add_items(1)
    author = "ann" if stage.do("ann", "cars", "completed") else "bo"
    if author == "bo":
        stage.do("bo", "cars", "completed")
    stage.advance()
    stage.flag("quinn", "qa", "cars")
    before = stage.row("cars")
    assert before.state == "returned" and before.who == author
    assert stage.claim(author, "cars") is not None
    if how == "expiry":
        stage.tick(hours=2)
        stage.sweep()
    else:
        stage.end(how, author, "cars", 0)
    assert stage.row("cars") == before
    stage.check()


def test_a_claimed_fix_is_still_to_be_fixed_by_who_gets_it_when_its_author_is_replaced(engine):
    stage = Stage(engine)
    stage.deploy(PIPELINE.replace("    queue: true\n", "").replace(", bo@example.org]", "]"))
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.advance()
    stage.flag("quinn", "qa", "cars")
    before = stage.row("cars")
    stage.claim("ann", "cars")
    stage.staff("reassign", "cars", old=email("ann"), new=email("cy"), end_claims=True)
    assert stage.row("cars") == before._replace(who="cy")
    stage.check()


def test_a_dead_token_is_refused_even_if_the_same_status_was_set_since(engine):
    stage = Stage(engine)
    stage.deploy(PIPELINE.replace(", bo@example.org]", "]"))
    stage.add_items(1)
    old = stage.claim("ann", "cars")
    stage.end("release", "ann", "cars", 0)
    stage.do("ann", "cars", "completed")
    with pytest.raises(Conflict, match="your draft is kept"):
        stage.submit("ann", "cars", 0, "completed", token=old.token)
    stage.check()


def test_an_item_is_only_kept_by_a_manual_qa_until_it_is_discarded_there(engine):
    stage = Stage(engine)
    stage.deploy(PIPELINE.replace(", bo@example.org]", "]"))
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    stage.manual_qa("look", "cars", "mo")
    before = stage.row("cars")
    stage.flag("mo", "look", "cars")
    stage.submit("mo", "look", 0, "discarded")
    assert stage.row("cars") == before
    stage.check()
