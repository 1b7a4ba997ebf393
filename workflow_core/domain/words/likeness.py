"""Texts that look the same to people, and are two to a program: an ü in one character or two, a blank, upper case."""

import unicodedata
from functools import lru_cache
from itertools import takewhile


@lru_cache(maxsize=10_000)
def alike(text: str) -> str:
    r"""Return what all texts have in common that look the same, or differ in upper and lower case alone.

    >>> alike("Bu\u0308ro") == alike("B\u00dcRO") == alike("B\u200bu\u0308ro"), alike("a\u00a0b"), alike("a b") == "ab"
    (True, 'a b', False)
    """
    seen = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", " ".join(seen.split()).casefold())


def difference(text: str, other: str) -> str:
    r"""Say how two texts that look the same differ; nothing where one sees it.

    >>> difference("B\u00fcro", "Bu\u0308ro"), difference("Car", "car")
    ('U+00FC here, U+0075 U+0308 there', '')
    """
    if text.casefold() == other.casefold():
        return ""
    begin = _shared(text, other)
    end = _shared(text[begin:][::-1], other[begin:][::-1])
    here, there = (_code_points(each[begin : len(each) - end]) for each in (text, other))
    return f"{here} here, {there} there"


def _shared(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _code_points(text: str) -> str:
    return " ".join(f"U+{ord(each):04X}" for each in text[:8]) or "nothing"
