"""Column types that behave alike on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, Dialect, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from workflow_core.domain.words import values

Where = ColumnElement[bool]
"""Which rows are meant: made in the store, handed on by services."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Key = BigInteger().with_variant(Integer, "sqlite")
Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def micros(moment: datetime) -> int:
    """Return a moment as microseconds since 1970, as the database keeps it.

    >>> micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (moment - EPOCH) // _MICROSECOND


def moment(micros: int) -> datetime:
    """Return microseconds since 1970 as an aware moment in UTC.

    >>> moment(1000000).isoformat()
    '1970-01-01T00:00:01+00:00'
    """
    return EPOCH + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept as microseconds since 1970: both databases compare and subtract it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse a naive moment, which would mean another time on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give it a time zone")
        return micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back an aware moment in UTC."""
        return None if value is None else moment(value)


def _read_number(digits: str) -> int | float:
    """Read what has no point: PostgreSQL writes large floats out, 1e300 as a 1 and 300 zeros."""
    number = int(digits)
    return number if -values.LARGEST - 1 <= number <= values.LARGEST else float(digits)


_DOCUMENTS = json.JSONDecoder(parse_int=_read_number)


def read_document(document: bytes) -> Any:
    """Read a JSON document as PostgreSQL sends it."""
    return _DOCUMENTS.decode(document.decode())
