"""Campaigns: one letter to many, by the built-in sender."""
