"""Invoices and acts on paper: pure functions from plain values to PDF."""
