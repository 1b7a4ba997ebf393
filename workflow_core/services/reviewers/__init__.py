"""What a reviewer does: flag, re-open, approve, dismiss, and what issues mean for a status.

Whatever concerns issues belongs here. Entry points call `reviews`; contributors' work asks `issue_effects`.
"""
