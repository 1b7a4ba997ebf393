"""Files that people did not mean, or meant ill: a finding with a place, never a traceback."""

from pathlib import Path

import pytest
import yaml

from workflow_core.pipeline.check import Checked, check
from workflow_core.pipeline.language.nodes import plain
from workflow_core.pipeline.language.source import MAX_BYTES, read
from workflow_core.pipeline.report import as_github, as_json, as_text

VALID = (Path(__file__).parent / "golden/ok/two-steps.yaml").read_bytes()

BOMB = b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c, *%c]\n" % (i, i, i - 1, i - 1, i - 1) for i in range(98, 122))

HOSTILE = {
    "empty": (b"", "yaml-syntax", 1, 1),
    "only comments": (b"# nothing\n\n# at all\n", "yaml-syntax", 1, 1),
    "only null": (b"~\n", "yaml-syntax", 1, 1),
    "a scalar": (b"hello\n", "yaml-syntax", 1, 1),
    "an alias bomb": (BOMB, "yaml-feature", 1, 4),
    "an alias to nothing": (b"pipeline: *nobody\n", "yaml-feature", 1, 11),
    "500 brackets": (b"a: " + b"[" * 500 + b"]" * 500, "yaml-limit", 1, 67),
    "500 open brackets": (b"a: " + b"[" * 500, "yaml-limit", 1, 67),
    "500 open braces": (b"{a: " * 500, "yaml-limit", 1, 254),
    "500 block levels": (b"".join(b" " * i + b"a:\n" for i in range(500)), "yaml-limit", 64, 64),
    "ten megabytes": (b"a: b\n" * 2_000_000, "yaml-limit", 1, 1),
    "many values": (b"a: [" + b"x," * 200_000 + b"]", "yaml-limit", 1, 199_999),
    "a tag of Python": (b"a: !!python/object/apply:os.system [ls]\n", "yaml-feature", 1, 4),
    "a tag of our own": (b"a: !secret b\n", "yaml-feature", 1, 4),
    "a tab": (b"a:\n\tb: c\n", "yaml-syntax", 2, 1),
    "a tab behind spaces": (b"a:\n  b: c\n \td: e\n", "yaml-syntax", 3, 2),
    "UTF-16": ("\ufeffpipeline: p\n".encode("utf-16-le"), "yaml-syntax", 1, 1),
    "UTF-16, the other way": ("\ufeffpipeline: p\n".encode("utf-16-be"), "yaml-syntax", 1, 1),
    "UTF-32": ("\ufeffpipeline: p\n".encode("utf-32-be"), "yaml-syntax", 1, 1),
    "UTF-16 without a mark": ("pipeline: p\n".encode("utf-16-le"), "yaml-syntax", 1, 1),
    "Latin-1": ("pipeline: p\ndescription: Straße\n".encode("latin-1"), "yaml-syntax", 2, 18),
    "NUL": (b"pipeline: a\0b\n", "yaml-syntax", 1, 12),
    "an escaped NUL": (b'pipeline: "a\\0b"\n', "yaml-syntax", 1, 11),
    "half a character": (b'pipeline: "\\ud800"\n', "yaml-syntax", 1, 14),
    "a bell": (b"pipeline: a\x07b\n", "yaml-syntax", 1, 12),
    "a line separator": ("pipeline: a\u2028b\n".encode(), "yaml-syntax", 1, 12),
    "a mark inside": ("pipeline: a\ufeffb\n".encode(), "yaml-syntax", 1, 12),
    "two documents": (VALID + b"---\n" + VALID, "yaml-syntax", 5, 1),
    "a directive from the future": (b"%YAML 9.9\n---\na: b\n", "yaml-syntax", 1, 1),
    "a huge directive": (b"%YAML 1." + b"9" * 5000 + b"\n---\na: b\n", "yaml-syntax", 1, 18),
    "a merge key": (VALID + b"<<: {a: b}\n", "yaml-feature", 5, 1),
    "a list as key": (VALID + b"? [a, b]\n: c\n", "wrong-value", 5, 3),
    "a mapping as key": (VALID + b"{a: b}: c\n", "wrong-value", 5, 1),
    "a boolean as key": (VALID + b"true: c\n", "wrong-value", 5, 1),
    "an alias as key": (VALID + b"? *a\n: c\n", "yaml-feature", 5, 3),
    "the same key twice": (VALID + b'"pipeline": again\n', "duplicate-key", 5, 1),
    "a huge number": (VALID + b"manager: " + b"9" * 100_000 + b"\n", "wrong-value", 5, 10),
    "an infinite number": (VALID + b"project: .inf\n", "wrong-value", 5, 10),
    "a very long key": (VALID + b"? " + b"k" * 100_000 + b"\n: c\n", "unknown-key", 5, 3),
}


def checked(data: bytes) -> Checked:
    def nothing(name: str) -> bytes:
        raise FileNotFoundError(name)

    return check(data, file="p.yaml", read=nothing)


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_get_a_placed_finding(case: str) -> None:
    data, name, line, column = HOSTILE[case]
    result = checked(data)
    found = [(each.name, each.line, each.column) for each in result.findings]
    assert (name, line, column) in found
    assert result.pipeline is None
    as_text(result.findings, result.sources).encode()
    as_json(result.findings).encode()
    as_github(result.findings).encode()


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@pytest.mark.parametrize("case", [case for case in HOSTILE if len(HOSTILE[case][0]) < 10_000])
def test_both_loaders_of_yaml_survive_them(case: str, loader: object) -> None:
    read(HOSTILE[case][0], "p.yaml", loader=loader)


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("golden/*/*.yaml")), ids=lambda path: path.stem)
def test_both_loaders_place_every_node_alike(path: Path) -> None:
    one, other = (read(path.read_bytes(), "p", loader=loader) for loader in (yaml.SafeLoader, yaml.CSafeLoader))
    assert (one.root is None) == (other.root is None)
    if one.root and other.root:
        assert repr(plain(one.root)) == repr(plain(other.root))
        assert one.faults == other.faults


def test_a_mark_at_the_beginning_moves_no_column() -> None:
    with_mark = checked(b"\xef\xbb\xbfpipline: p\n")
    assert [(each.line, each.column, each.end_column) for each in with_mark.findings][:1] == [(1, 1, 8)]
    assert with_mark.findings == checked(b"pipline: p\n").findings


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_line_ends_move_no_position(end: bytes) -> None:
    text = (Path(__file__).parent / "golden/err/many-faults.yaml").read_bytes()
    assert checked(text.replace(b"\n", end)).findings == checked(text).findings


def test_columns_count_characters() -> None:
    result = checked(VALID + 'exits: {"ÄÖÜ日本😀": {exprt: {}}}\n'.encode())
    found = next(each for each in result.findings if each.name == "unknown-key")
    assert (found.line, found.column, found.end_column) == (5, 20, 25)
    assert "exprt" in as_text([found], result.sources)


def test_a_file_of_just_the_limit_is_read() -> None:
    assert checked(VALID + b"#" * (MAX_BYTES - len(VALID))).pipeline is not None
    assert checked(VALID + b"#" * (MAX_BYTES - len(VALID) + 1)).pipeline is None


def test_a_thousand_wrong_names_are_all_found() -> None:
    tasks = "".join(
        f"  task-{i}: {{type: annotation, recipe: {{labels: [l{i}]}}, assignees: [a@b], on: {{completed: tsk-{i}x}}}}\n"
        for i in range(1000)
    )
    result = checked(f"pipeline: p\ntasks:\n{tasks}".encode())
    assert sum(each.name == "unknown-target" for each in result.findings) == 1000


@pytest.mark.parametrize("one", ["5", "{a: b}"])
def test_thousands_of_faults_in_one_line_have_a_line_each(one: str) -> None:
    result = checked(VALID + f"teams: {{drivers: [{','.join([one] * 10_000)}]}}\n".encode())
    assert result.errors >= 10_000
    assert len(as_text(result.findings, result.sources).splitlines()) == len(result.findings)


@pytest.mark.parametrize("where", [b"labels: [car]", b"completed: "])
def test_thousands_of_unknown_keys_in_one_mapping_take_no_minutes(where: bytes) -> None:
    keys = b"".join(b"k%d: qa, " % i for i in range(5_000))
    assert VALID.count(where)
    assert checked(VALID.replace(where, keys + where, 1)).errors >= 1
