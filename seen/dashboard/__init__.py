"""The first page: widgets, each from a plugin, each on its own."""
