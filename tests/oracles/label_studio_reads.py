"""Let Label Studio's own converter read what `python -m tests.oracles` wrote for it, and compare."""

import json
import sys
from pathlib import Path

CONTROLS = """
<View><Image name="image" value="$image"/>
<Labels name="label" toName="image"><Label value="car"/><Label value="van"/></Labels></View>
"""
BOX, PARTS = [1.25, 2, 30, 40.5], [[10, 10, 40, 10, 40, 30.5], [60, 60, 80, 60, 80, 70]]
EXPECTED = [("car", "segmentation", PARTS[0]), ("car", "segmentation", PARTS[1]), ("van", "bbox", BOX)]
"""It makes an object of each outline, and leaves out what COCO does not have."""


def main(folder: Path) -> int:
    from label_studio_sdk.converter import Converter

    tasks = json.loads((folder / "label-studio.json").read_text())
    for number, task in enumerate(tasks, 1):
        task["id"] = number  # as an import gives it one
        for one in task["annotations"]:  # of points it makes skeletons, whose order it asks for
            one["result"] = [region for region in one["result"] if region["type"] != "keypointlabels"]
    (folder / "imported.json").write_text(json.dumps(tasks))
    converter = Converter(config=CONTROLS, project_dir=str(folder), download_resources=False)
    converter.convert_to_coco(str(folder / "imported.json"), str(folder / "converted"), is_dir=False)
    made = json.loads((folder / "converted" / "result.json").read_text())
    names = {one["id"]: one["name"] for one in made["categories"]}
    found = []
    for one in made["annotations"]:
        kind = "segmentation" if one.get("segmentation") else "bbox"
        [numbers] = one[kind] if kind == "segmentation" else [one[kind]]
        found.append((names[one["category_id"]], kind, [round(number, 3) for number in numbers]))
    same = sorted(found) == sorted(EXPECTED)
    print(f"label-studio: {f'{len(found)} annotations as written' if same else f'{found}, not {EXPECTED}'}")
    return not same


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) / "label-studio"))
