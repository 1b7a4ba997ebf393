"""What may be written: from the bytes of a pipeline file to a draft of which each part knows where it stands.

The keys with their types, the names and scalars, and what is generated from them for editors and readers. It knows
nothing of paths through a pipeline; the rules, and whoever checks or compiles a file, call it.
"""
