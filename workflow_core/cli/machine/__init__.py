"""Commands about this machine: they know no address of another installation."""
