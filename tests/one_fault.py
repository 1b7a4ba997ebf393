"""JSON that is broken at one place, at whatever depth."""

from typing import Any

from hypothesis import strategies as st

JUNK = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        3,
        10**30,
        float("nan"),
        float("inf"),
        "",
        "7",
        "car",
        "\0",
        "\ud83d",
        [],
        [[]],
        [1, 2],
        {},
        {"a": 1},
    ]
)


def broken(draw: st.DrawFn, value: Any) -> Any:
    """Return the value with one place in it, at whatever depth, taken away or replaced."""
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 5)) == 0:
        return draw(JUNK)
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = draw(st.sampled_from(keys))
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    if draw(st.integers(0, 5)) == 0:
        del copy[key]
    else:
        copy[key] = broken(draw, value[key])
    return copy
