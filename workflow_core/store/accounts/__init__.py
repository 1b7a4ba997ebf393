"""What people and programs sign in with. Nobody else reads or writes it."""
