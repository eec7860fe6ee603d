"""Who is there, what they may do, and which records they reach."""
