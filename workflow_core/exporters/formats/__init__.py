"""The formats: a writer for each, and how files and XML are written."""
