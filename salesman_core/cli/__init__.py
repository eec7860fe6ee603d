"""The command line: ``salesman``."""

from salesman_core.cli.main import main

__all__ = ["main"]
