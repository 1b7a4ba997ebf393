"""What work is about: items and their filters, imports and erasure, teams, and versions of pipelines.

SQL of rows that people bring in or declare belongs here. Services call it.
"""
