"""Acts on many records of a list at once, each through the service of a single change.

``acts`` knows what may be done and judges what it is given, ``choosing`` which records are meant,
``service`` begins, undoes and stops a run, ``working`` does it row by row, and ``queries`` tells
what came of it.
"""
