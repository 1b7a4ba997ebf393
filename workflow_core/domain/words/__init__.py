"""What people may write, what annoflow writes to them, and the codes that programs branch on."""
