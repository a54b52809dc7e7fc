drop table plugin_turns, plugin_slots, plugin_shared;
