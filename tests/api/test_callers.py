"""Nobody in particular is who sits at the machine: what is asked over HTTP is always asked by somebody."""

import ast
from collections.abc import Iterator
from pathlib import Path

import workflow_core

ROOM = Path(workflow_core.__file__).parent
OVER_HTTP = ("api", "web", "http")


def nobody(source: str) -> Iterator[int]:
    """Yield the lines of calls that pass no actor as one, by name or among what is spread."""
    for node in ast.walk(ast.parse(source)):
        given: list[tuple[object, ast.expr]] = []
        if isinstance(node, ast.Call):
            given = [(one.arg, one.value) for one in node.keywords]
        elif isinstance(node, ast.Dict):
            given = [
                (one.value, value)
                for one, value in zip(node.keys, node.values, strict=True)
                if isinstance(one, ast.Constant)
            ]
        for name, value in given:
            if name == "actor" and any(isinstance(one, ast.Constant) and one.value is None for one in ast.walk(value)):
                yield value.lineno


def may_leave_out() -> set[str]:
    """Return the services, as `module.function`, that take who leaves out the actor for nobody."""
    found = set()
    for file in (ROOM / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef):
                named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                if any(one.arg == "actor" and default is not None for one, default in named):
                    found.add(f"{file.stem}.{node.name}")
    return found


def left_out(source: str, services: set[str]) -> Iterator[str]:
    """Yield the calls of such services, at once or by `partial`, that leave it out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and not any(one.arg in ("actor", None) for one in node.keywords):
            yield from (name for one in (node.func, *node.args) if (name := ast.unparse(one)) in services)


def test_no_call_over_http_is_made_as_nobody() -> None:
    texts = {str(file): file.read_text() for name in OVER_HTTP for file in (ROOM / name).rglob("*.py")}
    services = may_leave_out()
    found = {name: [*nobody(text), *left_out(text, services)] for name, text in texts.items()}
    assert len(texts) > 50 and "history.why" in services
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_a_call_as_nobody_is_found_however_it_is_written() -> None:
    for source in (
        "f(s, actor=None)",
        'f(**{"actor": None})',
        "f(actor=a if b else None)",
        "partial(f, actor=a or None)",
    ):
        assert list(nobody(source)) == [1], source
    assert list(nobody("f(actor=actor, now=None)")) == []
    for source in ("history.why(s, item=1)", "partial(history.why, s, item=1)"):
        assert list(left_out(source, {"history.why"})) == ["history.why"]
