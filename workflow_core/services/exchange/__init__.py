"""What comes in and goes out: sources, annotations of other tools, exports.

Use cases; how files look is for the connectors and exporters.
"""
