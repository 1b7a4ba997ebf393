"""Explain the statements that a piece of work executes, and find those that read a whole big table."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlmodel import Session

BIG = ("task_item", "event", "item", "entry", "activity", "annotation", "job", "export", "deploy")
SMALL_BY_CONDITION = (
    "ix_task_item_pending",
    "ix_task_item_parked",
    "ix_task_item_lease",
    "ix_entry_held",
    "ix_job_open",
    "ix_issue_unresolved",
)
"""Indexes of few rows by their own condition: reading one whole is no scan of the table."""

WORDS = {"where", "on", "set", "join", "left", "order", "group", "for", "values", "select", "using", "limit"}
NAMED = r"\b(?:FROM|JOIN|UPDATE|INTO|,)\s+({})\b(?:\s+(?:AS\s+)?(\w+))?"


class Limits(NamedTuple):
    """What is a scan: see `scans`."""

    sorts: bool
    by_task: bool
    big: tuple[str, ...]
    small: tuple[str, ...]


@contextmanager
def scans(
    session: Session,
    *,
    sorts: bool = False,
    by_task: bool = False,
    big: tuple[str, ...] = BIG,
    small: tuple[str, ...] = SMALL_BY_CONDITION,
) -> Iterator[list[str]]:
    """Collect what the statements of a block would read whole, one line for each, with its statement.

    With `sorts` also what they would sort to group it, and with `by_task` also what they would read of a whole task, or
    of a whole dataset. The indexes `small` may be read whole.
    """
    found: list[str] = []
    limits = Limits(sorts, by_task, big, small)
    connection = session.connection()

    def look(_: Any, cursor: Any, statement: str, parameters: Any, __: Any, many: bool) -> None:
        if statement.split(None, 1)[0].upper() in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            explain = _postgres if connection.dialect.name == "postgresql" else _sqlite
            own = cursor.connection.cursor()
            found.extend(
                f"{scan} in: {' '.join(statement.split())}"
                for scan in explain(own, statement, parameters[0] if many else parameters, limits)
            )
            own.close()

    event.listen(connection.engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(connection.engine, "before_cursor_execute", look)


def _sqlite(cursor: Any, statement: str, parameters: Any, limits: Limits) -> Iterator[str]:
    sorts, by_task, big, small = limits
    # Only what the statement names: the look for rows that refer to a new one is planned, but never made.
    named = re.findall(NAMED.format("|".join(big)), statement, re.IGNORECASE)
    names = {table if alias.lower() in WORDS | {""} else alias for table, alias in named}
    for *_, step in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall():
        scanned = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
        whole = scanned and scanned[1] in names and scanned[2] not in small
        searched = re.match(r"SEARCH (\w+) .*\((?:task|dataset)_id=\?(?: AND state=\?)?\)$", step)
        whole = whole or (by_task and searched and searched[1] in names)
        if whole or (sorts and step == "USE TEMP B-TREE FOR GROUP BY"):
            yield step


def _postgres(cursor: Any, statement: str, parameters: Any, limits: Limits) -> Iterator[str]:
    sorts, by_task, big, small = limits
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    (answer,) = cursor.fetchone()
    plans = json.loads(answer) if isinstance(answer, str) else answer
    for node, first in _nodes(plans[0]["Plan"]):
        whole = node["Node Type"] == "Seq Scan" and node["Relation Name"] in big
        whole = whole or (by_task and re.fullmatch(r"\(\w*\.?(task|dataset)_id = [^()]+\)", node.get("Index Cond", "")))
        unconditional = "Index" in node["Node Type"] and "Scan" in node["Node Type"] and "Index Cond" not in node
        own = node.get("Relation Name") in big or node["Node Type"] == "Bitmap Index Scan"
        fetched_first = first and "Filter" not in node
        if whole or (unconditional and own and not fetched_first and node["Index Name"] not in small):
            yield f"{node['Node Type']} of {node.get('Relation Name', '')} {node.get('Index Name', '')}"
        if sorts and node["Node Type"] == "Sort":
            yield f"Sort by {node['Sort Key']}"


def _nodes(node: dict[str, Any], first: bool = False) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield each node of a plan, and whether only its first rows are asked for."""
    yield node, first
    for inner in node.get("Plans", ()):
        yield from _nodes(inner, node["Node Type"] == "Limit")
