drop table library_streams, library_item_episodes, library_items, library_roots;
