"""The pipeline as a graph: built from a draft, with what follows from its paths, forks and joins.

Rules look at it, and so does the compiler. It reads no file and says nothing to people: it only reports faults.
"""
