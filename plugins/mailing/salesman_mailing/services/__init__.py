"""Mailing services of others: groups go out to their lists, what people say there comes in."""
