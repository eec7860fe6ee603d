"""Channels: how people come, told by the tags of links, and what each way brings."""
