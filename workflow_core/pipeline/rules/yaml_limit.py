"""The file is larger or nested deeper than any pipeline that people write.

A megabyte, 100,000 values and 64 levels are possible; a pipeline of 2,000 tasks needs a tenth of that. What is
more is an accident or an attack, and is not read on.

To get right: make several pipelines of one, or keep recipes in files of their own.
"""

from workflow_core.pipeline.language.findings import Severity

CODE = "AF002"
SEVERITY: Severity = "error"
