"""Finding something: lists, genres, search, and the page of every title."""
