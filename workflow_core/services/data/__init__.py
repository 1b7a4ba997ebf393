"""What is labelled, as people look at it and bring it: datasets and their items.

`pipelines.data` is below it: how items come in, whoever brings them.
"""
