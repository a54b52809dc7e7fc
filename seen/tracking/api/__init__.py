"""The room's JSON, one file for each thing people keep."""
