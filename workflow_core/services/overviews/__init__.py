"""What there is, for those who run it: lists through the caller's eyes, each a page at a time.

What only looks, and says of many things what is known of each, belongs here. Entry points call it.
"""
