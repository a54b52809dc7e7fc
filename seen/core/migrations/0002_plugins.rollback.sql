drop table plugin_status, plugin_instances;
