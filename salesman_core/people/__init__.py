"""Users, teams, roles and tokens: their pages, their API, and every change of them."""
