"""The frames that the demo ships: a street as a dash camera sees it, placed in metres, drawn with Pillow.

`python -m tests.demo_frames.draw` draws all of them anew, with what is to be seen on each.
"""
