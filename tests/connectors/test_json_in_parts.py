"""JSON that is read part by part says what it says as a whole, and takes no more memory the longer it is."""

import json
import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_core.connectors.annotations import readers, streams
from workflow_core.connectors.annotations.records import Problems

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def whole(content: bytes) -> Any:
    first, *others = streams.parts(BytesIO(content))
    made = first.value
    for key, place, value in others:
        if place is None:
            made[key] = value
        else:
            (made if key is None else made[key]).append(value)
    return made


@given(VALUES, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from([None, 2]), st.integers(1, 9))
def test_the_parts_of_any_value_make_up_the_value(value: Any, encoding: str, indent: int | None, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(streams, "CHUNK", chunk)
        assert whole(json.dumps(value, ensure_ascii=False, indent=indent).encode(encoding)) == value


CONTENT = b'{"a": [1, {"b": "c\\u00e9"}],\n "d": -12.5e3, "e": {"f": [true, null]}}'


@pytest.mark.parametrize("chunk", [1, 5, 10_000])
def test_what_is_cut_off_anywhere_is_no_json(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHUNK", chunk)
    assert whole(CONTENT) == json.loads(CONTENT)
    for length in range(len(CONTENT)):
        with pytest.raises(ValueError, match=r"line [12] column \d+$"):
            whole(CONTENT[:length])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"a": [1, 2],\n  "b": [3 4]}', "a comma or ] is missing: line 2 column 11"),
        (b'{"a": [1,]}', "Expecting value: line 1 column 10"),
        (b'{"a": [1, nul]}', "Expecting value: line 1 column 11"),
        (b'{"a" 1}', "a key in double quotes and a colon are missing: line 1 column 6"),
        (b"{1: 2}", "a key in double quotes and a colon are missing: line 1 column 3"),
        (b" ", "it is empty: line 1 column 2"),
        (b"[1] 2", "something follows its end: line 1 column 5"),
        (b'["\xff"]', "it is not UTF-8 (invalid start byte); save it as UTF-8"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 10_000])
def test_what_is_wrong_is_said_with_its_place(
    content: bytes, says: str, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "CHUNK", chunk)
    with pytest.raises(ValueError) as caught:
        whole(content)
    assert str(caught.value) == says


CAR = {"id": 1, "image_id": 1, "category_id": 3, "segmentation": [[1, 2, 30, 2, 30, 40.5]]}
COCO = {"images": [{"id": 1, "file_name": "a.jpg"}], "categories": [{"id": 3, "name": "car"}]}
TASK = {"data": {"image": "a.jpg"}, "annotations": [{"result": []}], "predictions": [], "meta": [[0.5] * 20]}


@pytest.mark.parametrize("format", ["coco", "label-studio"])
def test_a_longer_file_takes_no_more_memory(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHUNK", 1_000)

    def peak(count: int) -> int:
        file = tmp_path / f"{count}.json"
        file.write_text(json.dumps({"annotations": [CAR] * count, **COCO} if format == "coco" else [TASK] * count))
        tracemalloc.start()
        try:
            problems = Problems()
            taken = sum(1 for _ in readers.read(file, problems, format=format))
            assert (taken, problems.listed) == (count if format == "coco" else 0, [])
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert any(peak(1_000) < peak(100) + 100_000 for _ in range(3))
