"""Drawings of a pipeline: its nodes and ways (`elements`), told in Mermaid or dot (`languages`) or drawn (`svg`).

`layout` arranges any directed graph in layers; `traffic` counts how many items went along each way.
"""
