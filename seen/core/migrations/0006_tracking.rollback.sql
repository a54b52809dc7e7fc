drop table user_watched, user_progress;
