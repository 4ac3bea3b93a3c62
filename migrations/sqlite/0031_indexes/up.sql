-- What belongs to one authority, read in order a page at a time: without these, `waymark verify` reads all purchases anew
-- for each authority.
CREATE INDEX purchases_by_authority ON purchases (authority_id, id);
CREATE INDEX deliveries_by_authority ON deliveries (authority_id, id);

-- Every active service has the same status: an index that begins with it is no help, and SQLite takes it for every question
-- that names services by their ids, so that a page of results read the whole catalogue.
DROP INDEX services_by_assured_on;
CREATE INDEX services_by_assured_on ON services (assured_on, status);
