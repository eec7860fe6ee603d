"""Documents in .docx: judged, filled in and read, by code that trusts none of them.

What is judged by streaming stands in :mod:`checking`; everything else that reads the contents of a
file happens in a process of its own with limits (:mod:`process`, :mod:`child`).
"""
