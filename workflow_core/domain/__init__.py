"""Pure rules as tables and functions: no I/O, no clock, no database."""
