"""JSON read part by part: a file of any size takes no more memory than its largest part."""

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from itertools import count
from typing import IO, Any, NamedTuple, NoReturn

CHUNK = 65_536
AHEAD = len("-Infinity")
"""How much must follow for a word or a number to be known to end where it seems to, as `1` of `1.5` does."""
_INK = re.compile(r"[^ \t\n\r]")


class Part(NamedTuple):
    """A value of a file, by its key in the mapping that the file is, and by its place in the list that it is in."""

    key: str | None
    place: int | None
    value: Any


def parts(file: IO[bytes]) -> Iterator[Part]:
    """Yield what a file is, what each of its keys is, and each member of a list; what has parts is empty itself.

    The file is read from its start, whatever was read of it before.

    Raises:
        ValueError: from here on this is no JSON.
        RecursionError: it is too deep.

    >>> from io import BytesIO
    >>> [tuple(part) for part in parts(BytesIO(b'{"a": [1, {}], "b": {"c": 2}}'))]
    [(None, None, {}), ('a', None, []), ('a', 0, 1), ('a', 1, {}), ('b', None, {'c': 2})]
    """
    text = _Text(file)
    if not (first := text.next()):
        text.refuse("it is empty")
    if first == "{":
        yield Part(None, None, {})
        for _ in text.members("}"):
            yield from _parts(text, text.key())
    else:
        yield from _parts(text, None)
    if text.next():
        text.refuse("something follows its end")


def _parts(text: "_Text", key: str | None) -> Iterator[Part]:
    if text.next() == "[":
        yield Part(key, None, [])
        for place in text.members("]"):
            yield Part(key, place, text.value())
    else:
        yield Part(key, None, text.value())


class _Text:
    """The text of a file, of which only what is being read is kept."""

    def __init__(self, file: IO[bytes]) -> None:
        file.seek(0)
        self._file = file
        self._encoding = json.detect_encoding(file.read(4))
        file.seek(0)
        self._decode = getincrementaldecoder(self._encoding)("surrogatepass").decode
        self._kept, self._at = "", 0
        self._lines, self._column = 1, 1

    def next(self) -> str:
        """Return the next character that is no blank, without stepping over it; nothing at the end."""
        while (found := _INK.search(self._kept, self._at)) is None:
            self._at = len(self._kept)
            if not self._read_on():
                return ""
        self._at = found.start()
        return found[0]

    def members(self, close: str) -> Iterator[int]:
        """Step into a list or mapping, and yield before each member its number."""
        self._at += 1
        if self.next() == close:
            self._at += 1
            return
        for number in count():
            yield number
            if (found := self.next()) not in (",", close):
                self.refuse(f"a comma or {close} is missing")
            self._at += 1
            if found == close:
                return

    def key(self) -> str:
        """Step over a key and its colon."""
        key = self.value()
        if not isinstance(key, str) or self.next() != ":":
            self.refuse("a key in double quotes and a colon are missing")
        self._at += 1
        return key

    def value(self) -> object:
        """Step over a value, and return it."""
        self.next()
        while True:
            at = self._at
            try:
                value, end = json.JSONDecoder().raw_decode(self._kept, at)
            except json.JSONDecodeError as error:
                cut_off = error.pos > len(self._kept) - AHEAD or error.msg.startswith("Unterminated string")
                if not cut_off or not self._read_on():
                    self._at += error.pos - at
                    self.refuse(error.msg)
            else:
                if end + AHEAD <= len(self._kept) or not self._read_on():
                    self._at += end - at
                    return value

    def refuse(self, why: str) -> NoReturn:
        """Say what is wrong here."""
        self._pass()
        raise ValueError(f"{why}: line {self._lines} column {self._column}")

    def _read_on(self) -> bool:
        """Keep more, at least as much as is kept; return whether there was any."""
        self._pass()
        read = self._file.read(max(CHUNK, len(self._kept)))
        try:
            self._kept += self._decode(read, not read)
        except UnicodeDecodeError as error:
            raise ValueError(f"it is not {self._encoding.upper()} ({error.reason}); save it as UTF-8") from error
        return bool(read)

    def _pass(self) -> None:
        passed, self._kept, self._at = self._kept[: self._at], self._kept[self._at :], 0
        self._lines += passed.count("\n")
        self._column = len(passed) - passed.rfind("\n") if "\n" in passed else self._column + len(passed)
