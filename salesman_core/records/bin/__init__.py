"""The bin: what was deleted, by whom and when, of every kind whose records come out of it again.

``queries`` tells what lies there for whoever asks, ``service`` takes it out.
"""
