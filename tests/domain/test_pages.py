"""Lists in parts: what a cursor says, and what is none."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.domain.words import pages, values
from workflow_core.errors import InvalidInput


@given(
    st.lists(st.tuples(st.integers(0, values.LARGEST), st.text(st.characters(codec="utf-8", exclude_characters="\0"))))
)
def test_a_list_read_in_parts_is_the_list(rows: list[tuple[int, str]]) -> None:
    rows, read, cursor = sorted(rows), [], None
    while True:
        begun = pages.after(cursor, int, str)
        start = len(read)
        part = pages.page(rows[start : start + 4], limit=3, key=lambda row: row)
        assert begun == (rows[start - 1] if start else None)
        read += part.items
        if (cursor := part.next) is None:
            break
    assert read == rows


@pytest.mark.parametrize(
    "key", [[], ["a"], [True], [1.0], [None], [1, 2], {"a": 1}, [2**64], [[1]], 1, None], ids=json.dumps
)
def test_a_cursor_of_another_list_is_refused(key: object) -> None:
    with pytest.raises(InvalidInput, match="no place in this list"):
        pages.after(base64.urlsafe_b64encode(json.dumps(key).encode()).decode(), int)


@pytest.mark.parametrize(
    "text", ["", "x", "é", "\0", "[" * 100_000, "null", "W10", base64.b64encode(b'["\\u0000"]').decode()]
)
def test_nonsense_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidInput, match="no place in this list"):
        pages.after(text, str)
