"""Papers by email: sent by people, and by the clock as reminders."""
