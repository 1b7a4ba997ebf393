"""Let ultralytics convert the COCO and load the YOLO that `python -m tests.oracles` wrote, and compare."""

import os
import sys
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 100, 80
BOX = [16.25, 22.25, 30, 40.5]
AROUND = [45, 40, 70, 60]
CORNERS = [1.25, 2, 31.25, 2, 31.25, 42.5, 1.25, 42.5]


def shares(places: list[float]) -> list[float]:
    return [value / (HEIGHT if index % 2 else WIDTH) for index, value in enumerate(places)]


def told(lines: str) -> list[tuple[int, list[float]]]:
    return sorted((int(number), [float(one) for one in rest]) for number, *rest in map(str.split, lines.splitlines()))


def same(found: list[tuple[int, list[float]]], expected: list[tuple[int, list[float]]]) -> bool:
    close = all(
        a == b and len(one) == len(two) and max(abs(x - y) for x, y in zip(one, two, strict=True)) < 1e-5
        for (a, one), (b, two) in zip(found, expected, strict=False)
    )
    return close and len(found) == len(expected)


def main(folder: Path) -> int:
    os.environ["YOLO_CONFIG_DIR"] = str(folder)
    from ultralytics.data import YOLODataset
    from ultralytics.data.converter import convert_coco, merge_multi_segment

    first, second = [10, 10, 40, 10, 40, 30.5], [60, 60, 80, 60, 80, 70]
    joined = [float(value) for part in merge_multi_segment([first, second]) for point in part for value in point]
    boxes = [(0, shares(AROUND)), (1, shares(BOX))]
    results: dict[str, tuple[Any, Any]] = {}
    for segments, expected in ((False, boxes), (True, [(0, shares(joined)), (1, shares(CORNERS))])):
        into = folder / f"converted-{segments}"
        convert_coco(str(folder / "coco/annotations"), str(into), use_segments=segments, cls91to80=False)
        results[into.name] = told((into / "labels/default/a.txt").read_text()), expected
    names = {"names": {0: "car", 1: "van"}, "channels": 3}
    (labels,) = YOLODataset(img_path=str(folder / "yolo/yolo/images.txt"), data=names, task="detect").labels
    loaded = zip(labels["cls"].ravel().tolist(), labels["bboxes"].tolist(), strict=True)
    results["yolo"] = sorted((int(number), box) for number, box in loaded), boxes
    for name, (found, expected) in results.items():
        print(f"{name}: {'as written' if same(found, expected) else f'{found}, not {expected}'}")
    return sum(not same(*each) for each in results.values())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
