"""What admins look after: first run, folders, plugins, people."""
