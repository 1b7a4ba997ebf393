"""The house stays one in which a newcomer finds the room: few modules in a folder, and none that is long."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST = 12
RULES = "workflow_core/pipeline/rules"
"""One file a rule, whose names are its numbers."""


def test_a_room_of_services_store_or_pipeline_has_few_modules() -> None:
    modules: dict[str, set[str]] = {}
    for room in ("services", "store", "pipeline"):
        for path in (ROOT / "workflow_core" / room).rglob("*.py"):
            modules.setdefault(str(path.parent.relative_to(ROOT)), set()).add(path.stem)
    assert RULES in modules
    assert {folder: found for folder, found in modules.items() if len(found - {"__init__"}) > MOST} == {
        RULES: modules[RULES]
    }


def test_no_module_is_longer_than_one_reads_at_once() -> None:
    paths = [path for folder in ("workflow_core", "flows") for path in (ROOT / folder).rglob("*.py")]
    assert {path.name: lines for path in paths if (lines := path.read_text().count("\n")) > 250} == {}
