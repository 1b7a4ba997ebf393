"""The pipeline language: from text to checked, compiled values, without any I/O."""
