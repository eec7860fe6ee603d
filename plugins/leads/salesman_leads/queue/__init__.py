"""The queue of whoever calls leads: which one is next, what came of the call, what follows."""
