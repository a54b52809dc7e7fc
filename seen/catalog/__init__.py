"""Titles: movies, shows, games, their seasons and episodes, and where they are known."""
