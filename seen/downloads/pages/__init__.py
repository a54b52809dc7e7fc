"""Pages of downloads: the list, one download, and what admins decide."""
