"""What a contributor does: their list, the next item, what they draw, the status they set, what they say.

Work on somebody's own assignment belongs here, whatever the task's type. Entry points call it.
"""
