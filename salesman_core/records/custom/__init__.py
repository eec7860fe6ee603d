"""Custom fields: what a company wants to know of its records beside what everybody does.

A kind of record has them by :func:`salesman_core.records.custom.kinds.customised` and a column
``custom``. ADR 0011 tells how values are kept, filtered and sorted.
"""
