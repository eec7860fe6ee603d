"""Demo data: a trading company of our own invention, with its people, clients and deals."""
