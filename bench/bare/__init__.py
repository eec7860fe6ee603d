"""The measure of the application: a bare WSGI function that gives the same answers.

The same SQL over the driver alone, the same rows, the same fields, written by orjson: no framework,
no ORM, no schemas, no plugins. It knows who asks by the same token, filters by the same rule as
access does, and what it writes are the same rows.
"""
