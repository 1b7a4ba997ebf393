"""Who works in the demo: a simulated team with its faults and its manager."""
