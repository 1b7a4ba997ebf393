"""The file uses an anchor, an alias, a tag or a merge key.

They make a file mean something else than it says at the place where one reads it, and a few lines of aliases
can stand for gigabytes. Repeat what is shared, or give it a name of the language: a team, a recipe in a file.

Wrong:

    teams:
      drivers: &drivers [ann@example.org]
    tasks:
      cars: {assignees: *drivers}

Right:

    tasks:
      cars: {assignees: drivers}
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF003"
SEVERITY: Severity = "error"
