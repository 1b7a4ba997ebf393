"""A reader keeps no more of a long file than of a short one."""

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from workflow_core.connectors.annotations import readers
from workflow_core.connectors.annotations.records import Problems


def _cvat(count: int) -> str:
    box = '<box label="car" xtl="1" ytl="1" xbr="9" ybr="9"/>'
    images = (f'<image id="{n}" name="{n}.jpg" width="64" height="48">{box}</image>' for n in range(count))
    return "\n".join(("<annotations>", *images, "</annotations>"))


def _jsonl(count: int) -> str:
    box = {"label": "car", "tool": "box", "geometry": {"x": 1, "y": 1, "width": 8, "height": 8}}
    return "".join(json.dumps({"item": f"{n}.jpg", **box}) + "\n" for n in range(count))


def _label_studio(count: int) -> str:
    value = {"x": 1, "y": 1, "width": 8, "height": 8, "rotation": 0, "rectanglelabels": ["car"]}
    drawn = {"type": "rectanglelabels", "original_width": 64, "original_height": 48, "value": value}
    drawn |= {"from_name": "label", "to_name": "image"}
    tasks = ({"data": {"image": f"{n}.jpg"}, "annotations": [{"result": [drawn]}]} for n in range(count))
    return json.dumps(list(tasks))


@pytest.mark.parametrize(
    ("format", "written"),
    [("cvat", _cvat), ("jsonl", _jsonl), ("label-studio", _label_studio)],
)
def test_memory_does_not_grow_with_the_images(tmp_path: Path, format: str, written: Callable[[int], str]) -> None:
    def peak(count: int) -> int:
        file = tmp_path / f"{count}.{'xml' if format == 'cvat' else 'json'}"
        file.write_text(written(count))
        problems = Problems()
        tracemalloc.start()
        try:
            found = sum(1 for _ in readers.read(file, problems, format=format))
            assert (found, problems.listed) == (count, [])
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert any(peak(8_000) < peak(1_000) + 100_000 for _ in range(3))
