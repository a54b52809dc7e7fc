"""Folders, the files in them, and which title each file is."""
