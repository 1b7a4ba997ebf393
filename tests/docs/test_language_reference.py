"""What pipelines/README.md says is so: its YAML checks clean, its tables are those of the language.

ANNOFLOW_UPDATE_DOCS=1 writes the generated parts anew.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from workflow_core.domain.items.filters import FIELDS
from workflow_core.exporters.losses import CANNOT_HOLD
from workflow_core.pipeline import reference, rules, schema
from workflow_core.pipeline.check import check
from workflow_core.pipeline.language import names
from workflow_core.pipeline.language.source import read as read_source
from workflow_core.pipeline.rehearsal import rehearse
from workflow_core.pipeline.report import as_text

ROOT = Path(__file__).parents[2]
PIPELINES = ROOT / "pipelines"
README = PIPELINES / "README.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
FIRST = BLOCKS[0]
RECIPE = next(block for block in BLOCKS if block.startswith("# recipes/cars.yaml"))
EXAMPLES = sorted(path for path in PIPELINES.glob("*.yaml") if not path.name.endswith(".test.yaml"))
TESTS = sorted(PIPELINES.glob("*.test.yaml"))


def read(name: str) -> bytes:
    return {"recipes/cars.yaml": RECIPE, "street.yaml": FIRST}[name].encode()


def values(text: str) -> Any:
    """Read YAML as the language does, where `on` is a text."""
    return yaml.load(text, Loader=yaml.BaseLoader)  # it makes nothing but strings


def merged(base: Any, part: Any) -> Any:
    if isinstance(base, dict) and isinstance(part, dict):
        return base | {key: merged(base.get(key), value) for key, value in part.items()}
    return part


def whole(block: str) -> str:
    """Return the first pipeline of the page with what a later block says about it."""
    if "\npipeline:" in f"\n{block}":
        return block
    dumped: str = yaml.safe_dump(merged(values(FIRST), values(block)), sort_keys=False)
    return re.sub(r"'(true|false|[0-9.]+)'", r"\1", dumped)


@pytest.mark.parametrize("block", [b for b in BLOCKS if "cases:" not in b and b is not RECIPE])
def test_every_pipeline_on_the_page_checks_clean(block: str) -> None:
    checked = check(whole(block).encode(), file="street.yaml", read=read)
    assert not checked.findings, as_text(checked.findings, checked.sources)


@pytest.mark.parametrize("block", [b for b in BLOCKS if "cases:" in b])
def test_every_test_on_the_page_passes(block: str) -> None:
    played = rehearse(block.encode(), file="street.test.yaml", read=read)
    assert played.cases
    assert not played.differences


def keys_as_markdown() -> str:
    """Return the tables of all keys."""
    parts = []
    whole = schema.json_schema()
    for name in dict.fromkeys(key.mapping for key in reference.list_keys()):
        about = (whole if name == "Pipeline" else whole["$defs"][name])["description"]
        keys = [key for key in reference.list_keys() if key.mapping == name]
        lines = [f"| `{key.name}` | {key.type} | {key.default} | {key.about} |" for key in keys]
        head = f"**{name}**: {about[0].lower()}{about[1:]}"
        parts.append("\n".join([head, "", "| key | type | default | |", "|---|---|---|---|", *lines]))
    return "\n\n".join(parts) + "\n"


def rules_as_markdown() -> str:
    """Return the table of all findings."""
    lines = [f"| {line.code} | `{line.name}` | {line.severity} | {line.about} |" for line in reference.list_rules()]
    return "\n".join(["| code | name | | about |", "|---|---|---|---|", *lines]) + "\n"


@pytest.mark.parametrize(("name", "generated"), [("keys", keys_as_markdown), ("findings", rules_as_markdown)])
def test_the_tables_are_those_of_the_language(name: str, generated: Any) -> None:
    text = README.read_text(encoding="utf-8")
    start = f"<!-- {name}: generated, see tests/docs -->\n"
    before, _, rest = text.partition(start)
    table, end, after = rest.partition("<!-- end -->")
    wanted = f"\n{generated()}\n"
    if os.environ.get("ANNOFLOW_UPDATE_DOCS"):
        README.write_text(before + start + wanted + end + after, encoding="utf-8")
        return
    assert table == wanted


def test_the_table_of_findings_has_every_rule() -> None:
    assert [line.code for line in reference.list_rules()] == sorted(rule.code for rule in rules.ALL)


def test_every_key_says_what_it_is_for() -> None:
    assert [key for key in reference.list_keys() if not key.about or not key.type] == []


def test_every_field_of_the_filter_is_named() -> None:
    text = README.read_text(encoding="utf-8")
    assert [field for field in FIELDS if f"`{field}`" not in text] == []


def test_the_committed_schema_is_current() -> None:
    path = PIPELINES / "pipeline.schema.json"
    if os.environ.get("ANNOFLOW_UPDATE_DOCS"):
        path.write_text(schema.as_text(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == schema.as_text()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_checks_clean_and_names_its_schema(path: Path) -> None:
    text = path.read_bytes()
    checked = check(text, file=path.name, read=lambda name: (PIPELINES / name).read_bytes())
    assert not checked.findings, as_text(checked.findings, checked.sources)
    assert text.splitlines()[0] == b"# yaml-language-server: $schema=./pipeline.schema.json"


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_the_tests_of_the_examples_pass(path: Path) -> None:
    played = rehearse(path.read_bytes(), file=path.name, read=lambda name: (PIPELINES / name).read_bytes())
    assert played.cases
    assert played.differences == ()


def test_every_yaml_block_of_the_project_page_that_is_a_pipeline_checks_clean() -> None:
    for block in re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL):
        root = read_source(block.encode(), "README.md").root
        if root is not None and isinstance(root.value, dict) and "tasks" in root.value:
            checked = check(block.encode(), file="README.md", read=read)
            assert checked.pipeline is not None, as_text(checked.findings, checked.sources)


def test_every_format_has_its_line_on_the_page() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| `([^`]*[./][^`]*)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(name for name, _ in rows) == names.FORMATS


def test_the_page_says_what_each_format_cannot_hold() -> None:
    cells = re.findall(r"^\| `([a-z-]+)` \| `[^`]*[./][^`]*` \|[^|]*\| ([^|]*) \|$", README.read_text("utf-8"), re.M)
    assert {name: cell.partition(". ")[0] for name, cell in cells} == {
        name: "; ".join(kinds) or "nothing" for name, kinds in CANNOT_HOLD.items()
    }
