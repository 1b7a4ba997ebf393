"""What a plain YAML scalar means: the core schema of YAML 1.2, where `on`, `no` and dates are text."""

import re

from workflow_core.domain.words.wording import quoted, shown

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEAN = {each: each.lower() == "true" for word in ("true", "false") for each in (word, word.title(), word.upper())}
_INTEGER = re.compile(r"[-+]?[0-9]{1,100}|0o[0-7]{1,100}|0x[0-9a-fA-F]{1,100}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

Scalar = str | int | float | bool | None


def resolve(text: str) -> Scalar:
    """Return the value of a plain scalar.

    >>> [resolve(each) for each in ("on", "no", "true", "~", "0o14", "1e3", "012", "2026-12-01", "25%")]
    ['on', 'no', True, None, 12, 1000.0, 12, '2026-12-01', '25%']
    """
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def describe(value: object, written: str = "") -> str:
    """Name a value with its kind, as it is `written`, or else would be.

    >>> [describe(each) for each in (True, None, 5, "cars", ["a"], {})]
    ['the boolean true', 'nothing', 'the number 5', 'the text "cars"', 'a list', 'a mapping']
    >>> describe(755, "0755"), describe(None, "~")
    ('the number 0755', 'nothing (~)')
    """
    match value:
        case bool():
            return f"the boolean {written or str(value).lower()}"
        case None:
            return f"nothing ({written})" if written else "nothing"
        case int() | float():
            return f"the number {shown(written or value)}"
        case str():
            return f"the text {quoted(value)}"
        case list():
            return "a list"
    return "a mapping"
