"""What is only read: counts, positions, histories, samples, runs, what departs, figures.

Nothing here changes a row, but for the mark of what was exported. Services call it.
"""
