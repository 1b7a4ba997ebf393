"""Read with datumaro what `python -m tests.oracles` wrote, and compare; its environment knows nothing of annoflow."""

import sys
from pathlib import Path
from typing import Any

BOX, PARTS = ("bbox", "van", [1.25, 2, 30, 40.5]), [[10, 10, 40, 10, 40, 30.5], [60, 60, 80, 60, 80, 70]]
AROUND, OUTLINES = ("bbox", "car", [10, 10, 70, 60]), [("polygon", "car", part) for part in PARTS]
BESIDE = [("polyline", "lane", [1, 1, 9, 9]), ("points", "eye", [3, 4]), ("label", "night", [])]
CORNERS = [1.25, 2, 31.25, 2, 31.25, 42.5, 1.25, 42.5]
EXPECTED = {
    ("coco", "coco"): [BOX, AROUND, ("polygon", "van", CORNERS), *OUTLINES],
    ("cvat", "cvat"): [BOX, *OUTLINES, *BESIDE],
    ("voc/voc", "voc"): [BOX, AROUND],
    ("yolo/yolo", "yolo"): [BOX, AROUND],
}
"""Of COCO datumaro makes a box beside each outline."""


def read(path: Path, format: str) -> list[tuple[str, str, list[float]]]:
    import datumaro

    dataset: Any = datumaro.Dataset.import_from(str(path), format)
    labels = dataset.categories()[datumaro.AnnotationType.label]
    found = []
    for item in dataset:
        for one in item.annotations:
            place = one.get_bbox() if one.type.name == "bbox" else getattr(one, "points", [])
            found.append((one.type.name, labels[one.label].name, [round(float(each), 3) for each in place]))
    return found


def main(folder: Path) -> int:
    faults = 0
    for (path, format), expected in EXPECTED.items():
        found = read(folder / path, format)
        same = sorted(found) == sorted(expected)
        faults += not same
        print(f"{format}: {f'{len(found)} annotations as written' if same else f'{found}, not {expected}'}")
    return faults


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
