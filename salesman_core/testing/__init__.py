"""The kit for tests: databases, a letter box, time and whatever else a plugin's tests stand on.

It is a pytest plugin and is there wherever ``salesman-core`` is installed, so importing it must
stay cheap: nothing heavier than pytest is imported before a fixture asks for it.
"""
