"""What a run came to: counted from its history, told in the terminal, and on one page."""
