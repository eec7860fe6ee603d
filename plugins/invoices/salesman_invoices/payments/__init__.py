"""Payments: what came in, what went back, and to which invoices it belongs."""
