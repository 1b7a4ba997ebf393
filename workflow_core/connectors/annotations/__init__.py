"""Annotations that were made elsewhere: a reader for each format, and how what it read is made to fit."""
