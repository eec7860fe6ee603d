"""Activities that come again: rules, what is made by them, and how a series is changed."""
