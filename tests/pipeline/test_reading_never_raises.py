"""Whatever is in a file, the check ends with findings or a pipeline."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_core.pipeline.check import Checked, check
from workflow_core.pipeline.report import as_github, as_json, as_text

GOLDEN = Path(__file__).parent / "golden"
FILES = [path.read_bytes() for path in sorted(GOLDEN.glob("*/*.yaml"))]
WORDS = [
    b"cars", b"qa", b"approved", b"discarded", b"completed", b"true", b"5", b"~", b"[]", b"{}", b"[cars, qa]", b"25%",
    b"0.5", b"", b"*a", b"&a ", b"!!str ", b"{a: b}", b"\t", b":", b"-", b"'", b'"', b"\n", b"#", b"? ", b"\xff",
    b"30m", b"ann@example.org", b"all", b"signs", b"[[", b"else", b"\xef\xbb\xbf", b"|", b">", b"%", b"@", b"done",
]  # fmt: skip


def checked(data: bytes) -> Checked:
    def other(name: str) -> bytes:
        if "cars" in name:
            return data
        raise PermissionError(13, "no", name)

    return check(data, file="p.yaml", read=other)


def assert_sound(data: bytes) -> None:
    result = checked(data)
    assert (result.pipeline is None) == (result.errors > 0)
    assert len(set(result.findings)) == len(result.findings)
    for finding in result.findings:
        assert finding.line >= 1
        assert 1 <= finding.column < finding.end_column
        assert finding.message
    as_text(result.findings, result.sources).encode()
    as_json(result.findings).encode()
    as_github(result.findings).encode()


@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    assert_sound(data)


@given(st.text(st.sampled_from("abc: -[]{},&*!|>'\"%@#?\n\t 0123.~"), max_size=80))
def test_random_yaml(text: str) -> None:
    assert_sound(text.encode())


@st.composite
def _mutations(draw: st.DrawFn) -> bytes:
    lines = draw(st.sampled_from(FILES)).split(b"\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        start = draw(st.integers(0, len(line)))
        end = draw(st.integers(start, min(len(line), start + 12)))
        lines[at] = line[:start] + draw(st.sampled_from(WORDS)) + line[end:]
        if draw(st.integers(0, 5)) == 0:
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
    return b"\n".join(lines)


@settings(max_examples=300)
@given(_mutations())
def test_mutations_of_real_files(data: bytes) -> None:
    assert_sound(data)


@st.composite
def _words_replaced(draw: st.DrawFn) -> bytes:
    """Change values but not the shape, so that most of the file reaches the graph."""
    words = draw(st.sampled_from(FILES)).split(b" ")
    for _ in range(draw(st.integers(1, 8))):
        one, other = draw(st.integers(0, len(words) - 1)), draw(st.integers(0, len(words) - 1))
        words[one] = words[other] if draw(st.booleans()) else draw(st.sampled_from(WORDS))
    return b" ".join(words)


@settings(max_examples=300)
@given(_words_replaced())
def test_words_of_real_files_exchanged(data: bytes) -> None:
    assert_sound(data)
