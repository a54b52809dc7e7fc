drop table import_rows;
drop table import_pieces;
drop table import_runs;
