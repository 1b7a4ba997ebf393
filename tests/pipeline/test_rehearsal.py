"""Tests of pipelines: what they play, and how they say what came otherwise."""

from textwrap import dedent

import pytest

from workflow_core.pipeline.rehearsal import Rehearsed, rehearse

PIPELINE = """
pipeline: street
tasks:
  cars:
    {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], max_visits: 2, on: {completed: router}}
  qa: {type: qa, assignees: [quinn@example.org], extra_statuses: [redo], on: {redo: cars}}
routers:
  router:
    - {where: {metadata.night: true}, to: qa}
    - {where: {annotations.label: truck}, to: accepted}
    - {where: {visits.cars: {gt: 1}}, to: qa}
    - {sample: 30%, to: qa}
    - {else: accepted}
exits: {accepted: }
"""

FORK = """
pipeline: street
start: [cars, signs]
tasks:
  cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: wheels}}
  wheels: {type: annotation, recipe: {labels: [wheel]}, assignees: [ann@example.org], on: {completed: qa}}
  signs: {type: annotation, recipe: {labels: [sign]}, assignees: [ann@example.org], on: {completed: qa}}
  qa: {type: qa, join: all, assignees: [quinn@example.org]}
"""


def played(cases: str, pipeline: str = PIPELINE) -> Rehearsed:
    text = "pipeline: p.yaml\ncases:\n" + dedent(cases)
    return rehearse(text.encode(), file="t.yaml", read=lambda name: {"p.yaml": pipeline.encode()}[name])


def said(cases: str, pipeline: str = PIPELINE) -> list[str]:
    return [str(each) for each in played(cases, pipeline).differences]


@pytest.mark.parametrize(
    "case",
    [
        "{item: {metadata: {night: true}}, play: {cars: completed}, visits: [cars, router], waits: qa}",
        "{draw: 0.29, play: {cars: complete}, waits: [qa]}",
        "{draw: 0.3, play: [cars: completed], exit: accepted}",
        "{draw: {router: 0.9}, play: [cars: completed], exit: accepted}",
        "{item: {labels: [car, truck]}, play: [cars: completed], exit: accepted}",
        "{draw: 0, play: [cars: completed, qa: redo, cars: completed, qa: approved], exit: approved}",
        "{draw: 0, play: {cars: [completed, completed], qa: [redo, redo]}, stuck: true}",
        "{play: [], visits: [cars], waits: cars}",
    ],
)
def test_a_case_that_is_right_says_nothing(case: str) -> None:
    wanted = case.replace("visits: [cars, router]", "visits: [cars, router, qa]")
    assert said(f"  - {wanted}\n") == []


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("{draw: 0, play: [cars: completed], exit: approved}", 'expected the exit "approved"; the item is in "qa"'),
        ("{play: [qa: approved], exit: approved}", 'nothing is to be done in "qa": the item is in "cars"'),
        ("{play: [bikes: approved], exit: approved}", 'there is no task "bikes"; there are cars, qa'),
        ("{play: [cars: complet], exit: approved}", 'this task offers no status "complet"'),
        ("{play: [cars: completed], exit: approved}", 'the router "router" draws; say `draw: 0.1`'),
        ("{play: {cars: [discarded, completed]}, exit: discarded}", 'the item left by "discarded"'),
        ("{play: [cars: discarded], stuck: true}", 'expected it to be stuck; the item left by "discarded"'),
        ("{play: [cars: discarded], waits: cars}", 'expected it to wait in "cars"; the item left by "discarded"'),
        ("{play: [], visits: [cars, qa], waits: cars}", "expected the visits [cars, qa]; it came to [cars]"),
        ("{play: []}", "say how it ends: by one of `exit`, `waits` and `stuck: true`"),
        ("{play: [], exit: approved, stuck: true}", "say how it ends"),
        ("{play: [], exi: approved}", '"exi" is not a key here; did you mean "exit"?'),
        ("{play: [], draw: 1, exit: approved}", "less than 1"),
    ],
)
def test_a_case_that_comes_otherwise_says_where_and_what(case: str, message: str) -> None:
    (line,) = said(f"  - {case}\n")
    assert line.startswith("t.yaml:3:")
    assert message in line


def test_the_place_is_that_of_the_faulty_part() -> None:
    cases = """\
      - name: too short a way
        play: [cars: discarded]
        visits: [cars, qa]
        exit: accepted
    """
    first, second = played(cases).differences
    assert (first.line, first.column, first.case) == (5, 18, "too short a way")
    assert (second.line, second.column) == (6, 9)


def test_branches_of_a_fork_meet_in_their_join_once_all_are_done() -> None:
    cases = """\
      - {play: {signs: completed, cars: completed}, visits: [cars, signs, wheels], waits: wheels}
      - play: {cars: completed, wheels: completed, signs: completed, qa: approved}
        visits: [cars, signs, wheels, qa]
        exit: approved
      - {play: {cars: completed, signs: discarded}, exit: discarded}
      - {play: [signs: completed, cars: completed, wheels: completed], waits: qa}
    """
    assert said(cases, FORK) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("cases: []", "pipeline"),
        ("pipeline: nowhere.yaml\ncases: [{play: [], exit: approved}]", "cannot read the pipeline 'nowhere.yaml'"),
        ("pipeline: bad.yaml\ncases: [{play: [], exit: approved}]", "1 error; run: annoflow pipeline check"),
        ("a: &b [*b]", "alias"),
    ],
)
def test_a_file_that_is_no_test_is_told_with_its_place(text: str, message: str) -> None:
    def read(name: str) -> bytes:
        if name == "bad.yaml":
            return b"pipeline: x"
        raise FileNotFoundError(2, "No such file", name)

    found = rehearse(text.encode(), file="t.yaml", read=read)
    assert found.cases == 0
    assert any(message in str(each) for each in found.differences)
    assert all(str(each).startswith("t.yaml:") for each in found.differences)


def test_recipes_are_read_beside_the_pipeline() -> None:
    pipeline = PIPELINE.replace("{labels: [car]}", "recipes/cars.yaml")
    files = {"../street/p.yaml": pipeline.encode(), "../street/recipes/cars.yaml": b"labels: [car]"}
    text = b"pipeline: ../street/p.yaml\ncases: [{play: [cars: discarded], exit: discarded}]"
    assert rehearse(text, file="tests/t.yaml", read=files.__getitem__) == Rehearsed(1, ())


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ("exit: nowhere", 'the pipeline has no exit "nowhere"; possible: approved, discarded, accepted'),
        ("exit: acepted", 'the pipeline has no exit "acepted"; did you mean "accepted"?'),
        ("waits: qaa", 'the pipeline has no task "qaa"; did you mean "qa"?'),
        ("waits: [cars, router]", 'the pipeline has no task "router"; possible: cars, qa'),
        (
            "visits: [cars, ruoter], exit: accepted",
            'the pipeline has no task or router "ruoter"; did you mean "router"?',
        ),
    ],
)
def test_a_case_that_expects_what_the_pipeline_does_not_have_is_not_played(expected: str, message: str) -> None:
    (told,) = said(f"  - {{draw: 0, play: [cars: completed], {expected}}}\n")
    assert message in told
