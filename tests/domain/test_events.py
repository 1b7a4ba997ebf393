import dataclasses
import inspect
from string import Formatter

import pytest

from workflow_core.domain.work import events
from workflow_core.domain.work.events import PEOPLES, SENTENCES, Line, Verb, sentence


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_is_told_in_a_sentence_even_when_nothing_else_is_known(verb):
    assert "None" not in sentence(Line(verb))
    assert "{" not in sentence(Line(verb))


@pytest.mark.parametrize("verb", Verb)
def test_a_sentence_uses_only_what_a_line_has(verb):
    used = {name for _, name, _, _ in Formatter().parse(SENTENCES[verb]) if name}
    assert used <= {field.name for field in dataclasses.fields(Line)}


def test_what_people_do_is_told_apart_from_what_follows_of_itself():
    assert {Verb.CLAIMED, Verb.SUBMITTED, Verb.UNDONE, Verb.FLAGGED, Verb.DISMISSED, Verb.CLEARED} <= PEOPLES
    assert PEOPLES.isdisjoint({Verb.PLACED, Verb.EXPIRED, Verb.RETURNED, Verb.RESTORED, Verb.ANSWERED, Verb.WITHDRAWN})


def test_every_verb_is_documented_where_it_is_declared():
    declared = inspect.getsource(events.Verb).splitlines()
    for verb in Verb:
        line = next(i for i, text in enumerate(declared) if text.strip().startswith(f"{verb.name} = "))
        assert declared[line + 1].strip().startswith('"""')


def test_a_name_that_looks_like_a_template_is_told_as_it_is():
    assert sentence(Line(Verb.CLAIMED, actor="a{b}@example.org", task="{x}")) == "a{b}@example.org claimed it in {x}"


def test_the_first_visit_is_not_worth_a_word():
    assert sentence(Line(Verb.PLACED, task="cars", assignee="ann@example.org", visit=1)) == (
        "placed in cars for ann@example.org"
    )
