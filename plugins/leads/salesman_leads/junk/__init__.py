"""What may be junk among the leads that come from outside, and why: see ADR 0040."""
