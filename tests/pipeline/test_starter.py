"""What `annoflow init` writes is right, whatever the folder and the labels are called."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_core.errors import InvalidInput
from workflow_core.pipeline import starter
from workflow_core.pipeline.check import Checked, check
from workflow_core.pipeline.rehearsal import rehearse
from workflow_core.pipeline.report import as_text


def checked(files: dict[str, str]) -> Checked:
    found = check(files[starter.PIPELINE].encode(), file=starter.PIPELINE, read=lambda name: files[name].encode())
    assert not found.findings, as_text(found.findings, found.sources)
    return found


@pytest.mark.parametrize("solo", [False, True])
@pytest.mark.parametrize("images", [None, "s3://bucket/images", "/home/ann/my pictures: #1", r"C:\pictures"])
def test_it_checks_clean_and_its_test_passes(solo: bool, images: str | None) -> None:
    files = starter.files("street", labels=["car", "traffic sign"], images=images, solo=solo)
    pipeline = checked(files).pipeline
    assert pipeline is not None
    assert pipeline.name == "street"
    assert pipeline.source.uri == images
    played = rehearse(files[starter.TEST].encode(), file=starter.TEST, read=lambda name: files[name].encode())
    assert (played.cases, played.differences) == (3, ())


labels = st.text(st.characters(blacklist_categories=["C", "Zl", "Zp"]), min_size=1, max_size=64).filter(
    lambda text: text.isprintable() and ":" not in text and text == text.strip()
)


@given(st.text(min_size=1, max_size=80), st.lists(labels, min_size=1, max_size=12, unique=True))
@settings(max_examples=150)
def test_any_name_of_a_folder_and_any_labels_will_do(name: str, given_labels: Sequence[str]) -> None:
    pipeline = checked(starter.files(name, labels=given_labels)).pipeline
    assert pipeline is not None
    assert [label.name for label in pipeline.tasks["label"].recipe.labels] == list(given_labels)


def test_alone_one_person_does_both_and_the_file_says_why() -> None:
    files = starter.files("alone", labels=["car"], solo=True)
    pipeline = checked(files).pipeline
    assert pipeline is not None
    assert pipeline.tasks["label"].assignees.keys() == pipeline.tasks["review"].assignees.keys()
    assert pipeline.tasks["review"].review_own
    assert "nobody to review your work" in files[starter.PIPELINE]


@pytest.mark.parametrize("wrong", [[], ["a:b"], ["x" * 65], ["a\nb"]])
def test_labels_that_cannot_be_are_refused(wrong: list[str]) -> None:
    with pytest.raises(InvalidInput):
        starter.files("street", labels=wrong)
