drop table show_episodes, show_seasons, media_genres, genres, media_external_ids, media_items;
