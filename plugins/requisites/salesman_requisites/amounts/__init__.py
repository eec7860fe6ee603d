"""Amounts in words, as papers have them."""
