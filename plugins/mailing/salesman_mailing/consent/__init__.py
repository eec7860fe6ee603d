"""Consent: which addresses may be written to for which purpose, and how that is known."""
