"""Records that are one: found, merged, and taken apart again (ADR 0012)."""
