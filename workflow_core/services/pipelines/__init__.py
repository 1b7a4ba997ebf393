"""What an engineer does: deploy and plan pipelines, bring items and annotations in, take approved items out.

What needs a pipeline's file or a dataset belongs here. Entry points and flows call it.
"""
