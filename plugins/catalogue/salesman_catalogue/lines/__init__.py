"""The lines of deals: what is sold, how much of it, and for how much."""
