"""What people watch in other players, as those players tell it."""
