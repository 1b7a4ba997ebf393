"""Break rules on purpose, one at a time, and see whether a test fails: a command, no test itself.

`python -m tests.breaking` says how many of a hundred were seen, and lists those that were not.
"""
