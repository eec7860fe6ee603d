"""What a client is in law: part of the client's form, card, lists, files and JSON."""
