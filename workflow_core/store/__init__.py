"""The only place with SQL: tables, and functions over a session, for SQLite and PostgreSQL."""
