"""Clients, their contacts, and the ladder of relationship."""
