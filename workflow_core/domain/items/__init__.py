"""Which items are meant: filters and draws; where items come from and go to."""
