import pytest

from workflow_core.domain.work.statuses import ALIASES, DEFAULTS, Status, named, offered, resolve
from workflow_core.errors import InvalidInput


def test_an_annotation_task_completes_or_discards_and_a_qa_task_approves_or_discards():
    assert {kind: [s.name for s in statuses] for kind, statuses in DEFAULTS.items()} == {
        "annotation": ["completed", "discarded"],
        "qa": ["approved", "discarded"],
    }


@pytest.mark.parametrize("kind", DEFAULTS)
def test_the_action_of_every_default_status_is_its_alias(kind):
    for status in DEFAULTS[kind]:
        assert ALIASES[status.action.lower()] == status.name
        assert resolve(status.action.lower(), DEFAULTS[kind]) == resolve(status.name, DEFAULTS[kind]) == status


def test_a_status_that_is_really_called_complete_wins_over_the_alias():
    own = Status("complete", "Done")
    assert resolve("complete", (*DEFAULTS["annotation"], own)) is own


@pytest.mark.parametrize("said", ["Approve", "APPROVE", "approve"])
def test_what_the_button_says_is_understood_in_any_case(said):
    assert resolve(said, DEFAULTS["qa"]).name == "approved"
    ok = Status("ok", "Approve")
    assert resolve(said, (ok,)) is ok


def test_an_alias_is_understood_in_any_case_though_the_button_says_something_else():
    done = Status("completed", "Done")
    assert resolve("Complete", (done,)) is resolve("done", (done,)) is done


def test_a_word_that_is_on_two_buttons_is_refused():
    with pytest.raises(InvalidInput, match='no status "send back"'):
        resolve("send back", (Status("redo-cars", "Send back"), Status("redo-signs", "Send back")))


def test_names_are_compared_exactly():
    with pytest.raises(InvalidInput, match='no status "Completed"; did you mean "completed"'):
        resolve("Completed", DEFAULTS["annotation"])


def test_an_action_that_the_task_does_not_offer_is_refused_with_what_is_possible():
    with pytest.raises(InvalidInput, match=r'no status "approve"; .*possible: completed, discarded'):
        resolve("approve", DEFAULTS["annotation"])


def test_a_custom_status_says_its_name_on_the_button_unless_told_otherwise():
    assert named("redo_cars").action == "Redo cars"
    assert named("redo_cars", action="Send back", color="#fff", key="r") == Status(
        "redo_cars", "Send back", "#fff", "r"
    )
    assert named("-").action == "-"


def test_an_item_whose_version_does_not_have_the_task_is_offered_what_the_task_offers_now():
    present, former = DEFAULTS["qa"], [named("unsure")]
    assert offered([], present, former) == [*present]
    assert [one.name for one in offered(["discarded", "unsure"], present, former)] == ["discarded", "unsure"]
