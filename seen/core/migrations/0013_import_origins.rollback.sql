alter table import_rows drop column list_cover;
alter table import_rows drop column origin;
