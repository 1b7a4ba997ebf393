"""What can be broken in a source file: comparisons, branches, terms of a condition, statements, words of SQL."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

TURNED = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
SQL = re.compile(r"\b(SELECT|UPDATE|INSERT|DELETE|EXISTS|WHERE|AND|IS NULL|IN \()\b")
TURNED_SQL = (
    (re.compile(r"\bNOT EXISTS\b"), "EXISTS"),
    (re.compile(r"\bIS NOT NULL\b"), "IS NULL"),
    (re.compile(r"\bIS NULL\b"), "IS NOT NULL"),
    (re.compile(r" <= "), " > "),
    (re.compile(r" < "), " >= "),
    (re.compile(r" <> "), " = "),
    (re.compile(r"\bORDER BY [a-z_.]+ DESC\b"), ""),
)
_IS = r"IS (?:NOT )?NULL|(?:=|<>|<=|>=|<|>) (?:'[a-z_-]+'|:?[a-z_.]+)|IN \([^()]*\)"
TERM = re.compile(rf"\bAND (?:NOT )?[a-z_.]+(?: (?:{_IS}))?")
"""A simple term of a condition, which may be left out."""
UNHEARD = frozenset({"flush", "expire", "expire_all", "refresh", "prepare", "append", "add_option"})
"""Calls without an effect of their own that a rule would name."""


@dataclass(frozen=True)
class Break:
    """A rule to break: put `instead` where `start` to `end` stand, in bytes of the file."""

    file: str
    line: int
    start: int
    end: int
    was: str
    instead: str

    def applied(self, source: bytes) -> bytes:
        """Return the file with this rule broken."""
        return source[: self.start] + self.instead.encode() + source[self.end :]

    def __str__(self) -> str:
        """Say where, what stood there, and what stands there instead."""
        return f"{self.file}:{self.line}: {_short(self.was)} -> {_short(self.instead) or 'nothing'}"


def _short(text: str) -> str:
    return " ".join(text.split())[:100]


class _Finder(ast.NodeVisitor):
    def __init__(self, file: str, source: bytes) -> None:
        self.file, self.source = file, source
        self.found: list[Break] = []
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1 and type(node.ops[0]) in TURNED:
            left, right = self._text(node.left), self._text(node.comparators[0])
            self._break(node, f"({left} {TURNED[type(node.ops[0])]} {right})")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = " and " if isinstance(node.op, ast.And) else " or "
        for left_out in range(len(node.values)):
            kept = [f"({self._text(one)})" for number, one in enumerate(node.values) if number != left_out]
            self._break(node, f"({word.join(kept)})")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self._break(node.test, "False")
        self._break(node.test, "True")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        call = node.value
        if isinstance(call, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name not in UNHEARD:
                self._break(node, "None")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._break_sql(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._break_sql(node)

    def _break_sql(self, node: ast.expr) -> None:
        start, text = self._at(node.lineno, node.col_offset), self._text(node)
        if not SQL.search(text) or (text.startswith(('"""', "'''")) and self._is_docstring(node)):
            return
        patterns = (*TURNED_SQL, (TERM, ""))
        for pattern, instead in patterns:
            for match in pattern.finditer(text):
                before = start + len(text[: match.start()].encode())
                end = before + len(match[0].encode())
                line = node.lineno + text.count("\n", 0, match.start())
                self.found.append(Break(self.file, line, before, end, match[0], instead))

    def _is_docstring(self, node: ast.expr) -> bool:
        return node.col_offset == 0 or node in self._docstrings

    _docstrings: frozenset[ast.expr] = frozenset()

    def find(self) -> list[Break]:
        tree = ast.parse(self.source)
        self._docstrings = frozenset(
            each.value for each in ast.walk(tree) if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        )
        self.visit(tree)
        return self.found

    def _break(self, node: ast.expr | ast.stmt, instead: str) -> None:
        start, end = self._ends(node)
        self.found.append(Break(self.file, node.lineno, start, end, self._text(node), instead))

    def _ends(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno and node.end_col_offset is not None
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def _at(self, line: int, column: int) -> int:
        return self._lines[line - 1] + column

    def _text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self._ends(node)
        return self.source[start:end].decode()


def breaks(file: str, source: bytes) -> Iterator[Break]:
    """Yield all that can be broken in a file; what would be no Python any more is left out."""
    for one in _Finder(file, source).find():
        try:
            ast.parse(one.applied(source))
        except SyntaxError:
            continue
        yield one
