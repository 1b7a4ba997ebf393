"""The figures of managers in SQL: a statement each, by task, person and day. `domain.figures` says what they are."""
