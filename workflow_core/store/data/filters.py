"""The item filter in SQL: the same answers as `domain.items.filter_terms.matches`, on both databases.

Values are bound, never written into the statement. Every comparison of metadata is guarded by its JSON type
inside a CASE, because SQLite would read text as 0 and PostgreSQL would refuse it; and every part is true or
false, never NULL, so that NOT means what it says.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel import Session

from workflow_core.domain.items.filter_terms import And, Compare, Filter, Not, Or, Scalar, kind
from workflow_core.domain.items.filters import FilterError, parse
from workflow_core.domain.words.suggestions import possible
from workflow_core.store.database.dialect import is_postgres
from workflow_core.store.models.data import PASSED

_SIGNS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_NEGATED = {"ne": "eq", "nin": "in"}


@dataclass(frozen=True)
class Condition:
    """A boolean expression over one row of the item table, and the values to bind."""

    sql: str
    values: Mapping[str, object]

    def clause(self) -> TextClause:
        """Return it with its values bound, for `select(...).where(...)`."""
        return text(self.sql).bindparams(**self.values)


def of(session: Session, where: Mapping[str, Any], *, tasks: Mapping[str, int], prefix: str = "f") -> Condition:
    """Read a filter and compile it for the session's database; `tasks` gives the ids of those that it may name.

    Names of bound values begin with `prefix`, so that several conditions fit into one statement.

    Raises:
        FilterError: it is malformed, or names a task that is not in `tasks`.
    """
    writer = _Writer(is_postgres(session), tasks, prefix)
    return Condition(writer.expression(parse(where)), writer.values)


@dataclass
class _Writer:
    postgres: bool
    tasks: Mapping[str, int]
    prefix: str
    values: dict[str, object] = field(default_factory=dict)

    def expression(self, filter: Filter) -> str:
        match filter:
            case And(filters):
                return "(" + (" AND ".join(map(self.expression, filters)) or "TRUE") + ")"
            case Or(filters):
                return "(" + " OR ".join(map(self.expression, filters)) + ")"
            case Not(inner):
                return f"(NOT {self.expression(inner)})"
            case Compare(operator="ne" | "nin" as operator):
                return f"(NOT {self.compare(filter, _NEGATED[operator])})"
            case Compare():
                return self.compare(filter, filter.operator)

    def compare(self, compare: Compare, operator: str) -> str:
        wanted = compare.value if isinstance(compare.value, tuple) else (compare.value,)
        match compare.field:
            case "folder" | "name":
                return self.as_text(f"item.{compare.field}", operator, wanted)
            case "metadata":
                return self.metadata(compare.key, operator, wanted)
            case "annotations.label":
                return self.exists(f"SELECT 1 {self.drawn()}", "n.label", operator, wanted)
            case "status":
                return self.exists(self.task_item("1", compare), "task_item.status", operator, wanted)
            case "visits":
                task_item = self.task_item("visit", compare) + " AND state <> 'withdrawn'"
                return self.as_number(f"coalesce(({task_item}), 0)", operator, wanted)
            case "annotations.count":
                return self.as_number(f"(SELECT count(*) {self.drawn()})", operator, wanted)
        counted = "FROM issue WHERE item_id = item.id AND state = 'open'"
        return self.as_number(f"(SELECT count(*) {counted})", operator, wanted)

    def drawn(self) -> str:
        return f"FROM annotation n WHERE n.item_id = item.id AND n.deleted_at IS NULL AND NOT {PASSED}"

    def task_item(self, what: str, compare: Compare) -> str:
        name = compare.key[0]
        if name not in self.tasks:
            raise FilterError(f"no task {name!r}; {possible(name, list(self.tasks))}", compare.path, "key")
        task = self.bind(self.tasks[name])
        return f"SELECT {what} FROM task_item WHERE item_id = item.id AND task_id = {task}"

    def exists(self, rows: str, column: str, operator: str, wanted: Sequence[Scalar]) -> str:
        if operator == "exists":
            found = f"EXISTS ({rows} AND {column} IS NOT NULL)"
            return found if wanted[0] else f"(NOT {found})"
        return f"EXISTS ({rows} AND {self.as_text(column, operator, wanted)})"

    def metadata(self, steps: tuple[str, ...], operator: str, wanted: Sequence[Scalar]) -> str:
        if self.postgres:
            value = "(item.meta" + "".join(f" -> CAST({self.bind(step)} AS TEXT)" for step in steps) + ")"
            type_ = f"coalesce(jsonb_typeof({value}), 'null')"
            types = {"text": "('string')", "number": "('number')"}
            as_text, as_number, as_boolean = (
                f"({value} #>> '{{}}')",
                f"CAST({value} AS NUMERIC)",
                f"({value} #>> '{{}}')",
            )
        else:
            # Keys are stored with what is not ASCII escaped, and older SQLite compares them as written.
            path = self.bind("$" + "".join("." + json.dumps(step) for step in steps))
            type_ = f"coalesce(json_type(item.meta, {path}), 'null')"
            types = {"text": "('text')", "number": "('integer', 'real')"}
            as_text = as_number = f"json_extract(item.meta, {path})"
            as_boolean = type_
        if operator == "exists":
            return f"({type_} {'<>' if wanted[0] else '='} 'null')"
        found = []
        for each in ("text", "number", "boolean"):
            values = [value for value in wanted if kind(value) == each]
            if not values:
                continue
            if each == "boolean":
                spelled = ", ".join(self.bind(json.dumps(value)) for value in values)
                guard = f"{type_} = 'boolean' AND " if self.postgres else ""
                found.append(f"({guard}{as_boolean} IN ({spelled}))")
            else:
                inner = (
                    self.as_text(as_text, operator, values)
                    if each == "text"
                    else self.as_number(as_number, operator, values)
                )
                found.append(f"CASE WHEN {type_} IN {types[each]} THEN {inner} ELSE FALSE END")
        return "(" + " OR ".join(found) + ")"

    def as_text(self, value: str, operator: str, wanted: Sequence[Scalar]) -> str:
        # By code point, whatever the language of the database; SQLite does so anyway.
        ordered = f'{value} COLLATE "C"' if self.postgres else value
        match operator:
            case "glob" if self.postgres:
                return f"({ordered} LIKE {self.bind(_like(str(wanted[0])))} ESCAPE '!')"
            case "glob":
                return f"({value} GLOB {self.bind(str(wanted[0]).replace('[', '[[]'))})"
            case "in":
                return f"({value} IN ({', '.join(map(self.bind, wanted))}))"
        return f"({ordered} {_SIGNS[operator]} {self.bind(wanted[0])})"

    def as_number(self, value: str, operator: str, wanted: Sequence[Scalar]) -> str:
        # Bound as text: the database reads it just as it reads the stored document, to the last digit.
        bounds = [f"CAST({self.bind(json.dumps(each))} AS NUMERIC)" for each in wanted]
        if operator == "in":
            return f"({value} IN ({', '.join(bounds)}))"
        return f"({value} {_SIGNS[operator]} {bounds[0]})"

    def bind(self, value: object) -> str:
        name = f"{self.prefix}{len(self.values)}"
        self.values[name] = value
        return f":{name}"


def _like(pattern: str) -> str:
    for each in "!%_":
        pattern = pattern.replace(each, "!" + each)
    return pattern.replace("*", "%").replace("?", "_")
