"""What people bring from other services and take away from here."""
