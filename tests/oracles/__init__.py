"""What other tools read of exported files: a command, no test itself, since the tools are half a gigabyte.

`make oracles` writes files with `python -m tests.oracles FOLDER`, and datumaro reads them in an environment of its own.
"""
