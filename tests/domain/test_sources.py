from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.domain.items.sources import File, Known, became, following, moves, same_content, unchanged

A = File("/", "a.jpg", "file:///p/a.jpg", 7, "1", "aa")
ITEM = Known(1, A)


def at(path: str, **other: object) -> File:
    folder, _, name = path.rpartition("/")
    return replace(A, folder=folder or "/", name=name, uri=f"file:///p{path}", **other)


@pytest.mark.parametrize("other", [{"size": 8}, {"stamp": "2"}, {"uri": "file:///q/a.jpg"}])
def test_a_file_of_another_size_time_or_address_is_looked_at(other: dict[str, object]) -> None:
    assert unchanged(ITEM, replace(A, checksum=None))
    assert not unchanged(ITEM, replace(A, **other))


def test_what_is_not_known_of_a_file_is_looked_at() -> None:
    unknown = replace(A, stamp=None)
    assert not unchanged(Known(1, unknown), unknown)


def test_checksums_decide_and_sizes_where_one_is_not_known() -> None:
    assert not same_content(A, replace(A, checksum="bb"))
    assert same_content(A, replace(A, checksum="aa", size=8))
    assert same_content(A, replace(A, checksum=None))
    assert not same_content(A, replace(A, checksum=None, size=8))
    assert not same_content(replace(A, size=None, checksum=None), replace(A, size=None))


@pytest.mark.parametrize(
    ("known", "file", "kind"),
    [
        (ITEM, at("/a.jpg", stamp="2"), None),
        (ITEM, at("/a.jpg", checksum="bb"), "replaced"),
        (ITEM, at("/night/a.jpg"), "moved"),
        (ITEM, replace(A, uri="s3://b/a.jpg"), "moved"),
        (ITEM, at("/A.JPG"), "renamed"),
        (Known(1, at("/Bu\u0308ro/a.jpg")), at("/B\u00fcro/a.jpg"), "renamed"),
        (replace(ITEM, gone=True), A, "returned"),
        (Known(1, File("/", "a.jpg", A.uri)), A, None),
    ],
)
def test_what_became_of_a_picture_is_told_apart(known: Known, file: File, kind: str | None) -> None:
    assert became(known, file) == kind


def test_a_picture_that_moved_is_found_by_its_name_and_content() -> None:
    gone = [ITEM, Known(2, at("/b.jpg", checksum="bb"))]
    new = [at("/night/b.jpg", checksum="bb"), at("/night/a.jpg"), at("/c.jpg", checksum="cc")]
    assert {file.path: known.id for file, known in moves(gone, new).items()} == {"/night/b.jpg": 2, "/night/a.jpg": 1}


def test_another_picture_of_the_name_is_not_the_one_that_moved() -> None:
    assert moves([ITEM], [at("/night/a.jpg", checksum="bb")]) == {}


def test_where_a_checksum_is_not_known_name_and_size_decide_but_never_the_size_alone() -> None:
    gone = [Known(1, at("/a.jpg", checksum=None))]
    assert [known.id for known in moves(gone, [at("/night/a.jpg")]).values()] == [1]
    assert moves(gone, [at("/night/a.jpg", size=8)]) == {}
    assert moves(gone, [at("/b.jpg")]) == {}


def test_of_equal_pictures_none_is_taken_by_guess() -> None:
    twice = [ITEM, Known(2, at("/b.jpg"))]
    assert moves(twice, [at("/c.jpg")]) == {}
    assert moves([ITEM], [at("/c.jpg"), at("/d.jpg")]) == {}
    assert [known.id for known in moves([ITEM], [at("/c.jpg")]).values()] == [1]
    assert [known.id for known in moves(twice, [at("/night/b.jpg"), at("/c.jpg")]).values()] == [2, 1]


def test_where_the_whole_source_is_elsewhere_folder_and_name_decide() -> None:
    new = [replace(A, uri="s3://b/a.jpg", checksum="bb"), at("/night/a.jpg")]
    assert {file.uri: known.id for file, known in moves([ITEM], new).items()} == {"s3://b/a.jpg": 1}


def test_a_name_that_does_not_come_from_its_file_stays() -> None:
    own = Known(1, replace(A, folder="/front", name="first"))
    assert following(own, at("/b.jpg")).path == "/front/first"
    assert following(ITEM, at("/b.jpg")).path == "/b.jpg"


FILES = st.lists(
    st.builds(
        lambda folder, name, checksum, size: at(f"/{folder}/{name}.jpg", checksum=checksum, size=size),
        st.sampled_from("xyz"),
        st.sampled_from("abc"),
        st.sampled_from(["aa", "bb", "cc", None]),
        st.sampled_from([7, 8]),
    ),
    unique_by=lambda file: file.path,
)


@given(FILES, FILES)
def test_each_item_is_one_file_at_most_and_what_moved_is_what_it_was(before: list[File], after: list[File]) -> None:
    gone = [Known(number, file) for number, file in enumerate(before)]
    found = moves(gone, after)
    assert len({known.id for known in found.values()}) == len(found)
    for file, known in found.items():
        assert known.file.path == file.path or same_content(known.file, file)
