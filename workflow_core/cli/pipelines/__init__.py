"""`annoflow pipeline`: files of pipelines, what deploying them would change, and doing it."""
