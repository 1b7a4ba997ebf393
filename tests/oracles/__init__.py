"""What other tools read of exported files: a command, no test itself, since the tools are gigabytes.

`make oracles` writes files with `python -m tests.oracles FOLDER`; datumaro and ultralytics read them in an environment
of their own.
"""
