"""Artwork for titles that have none: drawn, seeded, the same on every machine."""
