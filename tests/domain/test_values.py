"""What text, names, numbers and JSON may be. What services make of it is in tests/services/test_hostile_values.py."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from workflow_core.domain.words import documents, values
from workflow_core.domain.words.values import Unfit
from workflow_core.domain.words.wording import on_screen, quoted, shown

DEEP: Any = []
for _ in range(5_000):
    DEEP = [DEEP]

WRITTEN = [
    "Bürgersteig",
    "Zu\u0308rich",  # decomposed, as macOS writes file names
    "人行道",
    "क्\u200dष",  # a joiner inside a word
    "می\u200cخواهم",
    "שלום\u200f",
    "👩\u200d👩\u200d👧",
    "❤\ufe0f",
    "3.04\u202fPM",  # what macOS puts into names of screenshots
    "a\u00a0b\u3000c",
    "\ue000",  # private use
    "\U000e0101",
]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_people_and_their_tools_write_is_a_name_and_a_file(name: str) -> None:
    assert values.name(name) == name
    values.file(f"/{name}", f"{name}.jpg", f"s3://b/{name}.jpg")


@pytest.mark.parametrize("name", [each for each in WRITTEN if each not in ("שלום\u200f", "\ue000", "\U000e0101")])
def test_what_a_terminal_shows_can_be_copied_from_it(name: str) -> None:
    assert on_screen(name) == shown(name) == name


@pytest.mark.parametrize("hidden", [*"\0\t\n\x1b\x85\u200b\u200f\u2028\u202e\u2066\ud83d\ufeff"])
def test_what_would_turn_or_hide_a_line_is_shown_as_what_it_is(hidden: str) -> None:
    assert on_screen(f"a{hidden}b") == "a�b"
    assert shown(f"a{hidden}b") == f"a{hidden!r}b".replace("'", "")


@pytest.mark.parametrize("bad", [*"\0\t\n\r\x1b\x7f\x85\u2028\u2029\ud83d\udc80\uffff"])
def test_what_cannot_be_kept_or_would_forge_a_line_is_neither(bad: str) -> None:
    with pytest.raises(Unfit, match=f"U\\+{ord(bad):04X}"):
        values.name(f"a{bad}b")
    for folder, name, uri in ((f"/{bad}a", "b", None), ("/", f"a{bad}b", None), ("/", "b", f"s3://{bad}a")):
        with pytest.raises(Unfit, match=f"U\\+{ord(bad):04X}"):
            values.file(folder, name, uri)
    with pytest.raises(Unfit, match="not an e-mail address"):
        values.email(f"a{bad}b@example.org")


def test_an_e_mail_is_as_long_as_mail_takes_it() -> None:
    longest = "a" * 242 + "@example.org"
    assert values.email(longest) == longest
    with pytest.raises(Unfit, match="not an e-mail address"):
        values.email("a" + longest)


@pytest.mark.parametrize("given", ["", "n" * 65, "a:b", " a", "a\u3000", None, 5, ["a"], b"a"])
def test_what_is_no_name_is_refused(given: object) -> None:
    with pytest.raises(Unfit):
        values.name(given)


def test_a_text_may_have_lines_but_nothing_that_a_database_cannot_keep() -> None:
    assert values.text("a\n\tb\u2028", "a comment") == "a\n\tb\u2028"
    for bad in ("\0", "\ud83d", 5, None, "n" * 10_001):
        with pytest.raises(Unfit):
            values.text(bad, "a comment")


def test_what_is_found_by_an_index_fits_into_one_of_postgresql() -> None:
    values.file("/" + "ф" * 1_000, "a" * 250)
    for folder, name, uri in (("/" + "象" * 1_000, "a", None), ("/", "a", "s3://" + "ф" * 1_300)):
        with pytest.raises(Unfit, match="bytes"):
            values.file(folder, name, uri)


@pytest.mark.parametrize(
    "given", [None, True, 0, 2**63 - 1, -(2**63), 1e300, 5e-324, "a\n", [], {}, {"": [{"a": (1, 2.5)}]}]
)
def test_json_is_taken(given: object) -> None:
    documents.check(given, "metadata")


@pytest.mark.parametrize(
    "bad",
    [math.nan, math.inf, 2**63, -(2**63) - 1, 10**5000, "\0", "\ud83d", {1: 2}, {"\0": 1}, {1, 2}, b"a", DEEP],
    ids=shown,
)
def test_what_is_no_json_is_refused_at_any_depth(bad: object) -> None:
    for given in (bad, [bad], {"a": {"b": [bad]}}):
        with pytest.raises(Unfit) as error:
            documents.check(given, "metadata")
        assert len(str(error.value)) < 200


def test_json_is_bounded_in_depth_and_in_size() -> None:
    deep: Any = []
    for _ in range(documents.DEPTH - 1):
        deep = [deep]
    documents.check(deep, "metadata")
    for given in ([deep], "n" * documents.SIZE, [0] * documents.SIZE, {"n" * documents.SIZE: 1}):
        with pytest.raises(Unfit):
            documents.check(given, "metadata")


@pytest.mark.parametrize("bad", [0, -1, 2**63, 10**5000, True, 1.0, "1", None, [1], math.nan], ids=shown)
def test_what_can_be_no_key_finds_nothing(bad: object) -> None:
    assert values.key(bad) == 0
    assert values.keys([bad, 3]) == [0, 3]


@pytest.mark.parametrize("bad", ["", "0", "-1", "+1", " 1", "1_0", "٣", "9" * 19, "9" * 5_000, "1.0"], ids=shown)
def test_a_key_is_written_in_plain_digits(bad: str) -> None:
    assert values.written_key(bad) == 0
    assert values.written_key("42") == 42


def test_a_moment_is_one_in_utc_too() -> None:
    assert values.moment(datetime.max.replace(tzinfo=UTC), "a date") == datetime.max.replace(tzinfo=UTC)
    far = timezone(timedelta(hours=-12))
    for bad in (datetime.max.replace(tzinfo=far), datetime(2026, 1, 1), "2026-01-01", None):
        with pytest.raises(Unfit):
            values.moment(bad, "a date")


@pytest.mark.parametrize("value", ["x" * 10_000_000, 10**5000, DEEP, [0] * 1_000, {"a": "b" * 1_000}], ids=shown)
def test_a_message_quotes_no_more_than_it_must(value: object) -> None:
    assert len(quoted(value)) <= 62 and on_screen(quoted(value)) == quoted(value)
