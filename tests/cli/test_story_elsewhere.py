"""The commands of the README that ask a server elsewhere, in their order: from pictures to an export."""

import re
import shlex
from pathlib import Path

from pictures import picture
from stage import Stage

README = Path(__file__).parents[2] / "README.md"
PIPELINE = """
pipeline: night
dataset: night
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: qa}},
        qa: {type: qa, assignees: [quinn@example.org]}}
exits: {approved: {export: {format: coco, to: night}}}
"""


def test_the_commands_work_in_their_order(stage: Stage, over_http, tmp_path: Path) -> None:
    (block,) = re.findall(r"^```sh elsewhere\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    export, *commands = (shlex.split(line, comments=True) for line in block.splitlines())
    assert export == ["export", "ANNOFLOW_URL=https://label.example.org", "ANNOFLOW_TOKEN=af_..."]
    stage.add_member("olga", "owner")
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames/frame-0042.jpg").write_bytes(picture())
    (tmp_path / "night.yaml").write_text(PIPELINE)
    said = []
    for annoflow, *words in commands:
        ran = over_http("olga", *words)
        assert (annoflow, ran.code) == ("annoflow", 0), ran
        said.append(ran.out)
    assert (
        "1 new item" in said[0]
        and said[3] == "night: 0 new items, 1 entered\n"
        and "0 items with 0 annotations" in said[6]
    )
    assert len(list((tmp_path / "exports/night").glob("latest/coco.json"))) == 1
