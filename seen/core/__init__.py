"""The ground floor: what every room needs and that knows no feature."""
