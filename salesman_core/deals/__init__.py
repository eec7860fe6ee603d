"""Deals, pipelines and the funnel."""
