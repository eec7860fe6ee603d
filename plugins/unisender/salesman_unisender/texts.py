"""The plugin's texts for people."""

from pathlib import Path

from salesman_core.toolkit import Texts

texts = Texts("unisender", Path(__file__).parent)
