"""What plugins keep of clients, contacts and deals in tables of their own (ADR 0054).

A plugin declares columns; what people see of them goes through ``records.custom``, as the fields do
that a company has defined. Here stands what differs: where the values are.
"""
