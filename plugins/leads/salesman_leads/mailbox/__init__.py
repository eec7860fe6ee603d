"""Letters as a way in: mailboxes that are read over IMAP, and what was made of each letter."""
