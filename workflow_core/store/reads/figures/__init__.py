"""The figures of managers in SQL: a statement each, by task, person and day; `domain.measures.figures` says which."""
