"""annoflow: run annotation work by declared pipelines."""

__version__ = "0.1.0"
