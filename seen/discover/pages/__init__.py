"""Pages for finding something, and the page of every title."""
