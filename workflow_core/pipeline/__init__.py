"""The pipeline language: from text to checked, compiled values, without any I/O.

`language` reads what is written, `graph` finds its paths, each of the `rules` says one thing that can be wrong, `check`
does all of it; `compile` makes the values that the store and the flows work with, `simulation` moves one item by them,
and `drawing` shows them.
"""
