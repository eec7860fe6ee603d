"""Approval: who must agree to a document, what they decided, and about which bytes."""
