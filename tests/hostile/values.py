"""What nobody meant to send, and what only looks like it."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any


def _nested(depth: int) -> Any:
    found: Any = []
    for _ in range(depth):
        found = [found]
    return found


VALUES: Mapping[str, Any] = {
    "empty": "",
    "NUL": "\0",
    "half a character": "cut \ud83d",
    "no UTF-8": "\udce9.jpg",
    "lines": "a\nb\r\nc",
    "line separator": "a\u2028b\u2029c",
    "right to left": "\u202egpj.exe",
    "family": "👩\u200d👩\u200d👧",
    "dotted": "İ@example.org",
    "long name": "n" * 65,
    "long file": "".join(chr(0x4E00 + number * 7_919 % 20_000) for number in range(1_000)),
    "a page": "".join(chr(0x4E00 + number % 20_000) for number in range(9_999)),
    "10 MB": "x" * 10_000_000,
    "SQL": "'; DROP TABLE item; --",
    "pattern": "100%_*",
    "colon": "a:b",
    "Arabic digit": "\u0661",
    "many digits": "9" * 5_000,
    "past 64 bits in words": "99999999999999999999",
    "minus one": -1,
    "zero": 0,
    "32 bits": 2**31,
    "53 bits": 2**53 + 1,
    "63 bits": 2**63 - 1,
    "64 bits": 2**63,
    "no end": 10**5_000,
    "a half": 0.5,
    "large": 1e300,
    "not a number": math.nan,
    "infinite": -math.inf,
    "true": True,
    "nothing": None,
    "a list": [1, 2],
    "a mapping": {"a": {"b": [1.5, None, "c"]}},
    "number as key": {1: 2},
    "NUL as key": {"\0": 1},
    "deep": _nested(2_000),
    "deeper": {"a": _nested(6_000)},
    "a set": {1, 2},
    "bytes": b"a",
    "a moment": datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    "no time zone": datetime(2026, 1, 1),
}
