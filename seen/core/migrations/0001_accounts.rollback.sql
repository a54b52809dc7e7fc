drop table server_settings, invitations, refresh_tokens, sessions, users;
