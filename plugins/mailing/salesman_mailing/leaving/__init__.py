"""Unsubscribing: links in letters, and the page that they lead to."""
