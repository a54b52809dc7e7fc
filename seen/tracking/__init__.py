"""A person's relation to titles: how far, how often, what next."""
