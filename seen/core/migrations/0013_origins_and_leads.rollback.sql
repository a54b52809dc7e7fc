alter table media_items drop column leads;
drop function leads_of(jsonb);
alter table import_rows drop column list_cover;
alter table import_rows drop column origin;
