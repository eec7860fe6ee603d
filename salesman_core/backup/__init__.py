"""Backup and restore: database, files and settings in one archive, on either database."""
