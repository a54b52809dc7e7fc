drop trigger noted on user_progress;
drop trigger noted on user_watched;
drop trigger noted on user_watch_later;
drop table user_act_changes, user_acts, collection_items, collections, user_play_sessions,
    user_states, user_notes, user_favorites, user_ratings;
drop function note_act_change();
alter table media_items drop column franchises;
drop function franchises_of(jsonb);
drop index user_watched_when;
delete from user_watched where source = 'scrobble';
alter table user_watched drop constraint user_watched_source_check;
alter table user_watched add constraint user_watched_source_check
    check (source in ('player', 'hand', 'import'));
