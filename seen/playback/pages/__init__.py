"""A title's page and the page that plays it."""
