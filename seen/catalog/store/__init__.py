"""Titles in PostgreSQL, one file for each thing that is kept."""
