"""Exit codes, the same for every command."""

FINE = 0
FINDINGS = 1
"""The command worked, and found something wrong with what it was given to look at."""
USAGE = 2
"""The command was not called as it can be."""
FAILURE = 3
"""It could not be done; the message says why."""
INTERRUPTED = 130
