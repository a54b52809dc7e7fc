"""A person's relation to titles in PostgreSQL. Every query names the person."""
