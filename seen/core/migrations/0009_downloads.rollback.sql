drop index library_items_job;
alter table library_items drop constraint library_items_source_job;
drop table download_quotas, download_engines_leaving, download_torrents, download_files,
    download_events, download_jobs;
drop sequence download_lease_tokens, download_queue_positions;
