-- What belongs to one authority, read in order a page at a time: without these, `waymark verify` reads all purchases anew
-- for each authority.
CREATE INDEX purchases_by_authority ON purchases (authority_id, id);
CREATE INDEX deliveries_by_authority ON deliveries (authority_id, id);
