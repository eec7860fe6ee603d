"""The pages of the administration: the company, plugins, background work."""
