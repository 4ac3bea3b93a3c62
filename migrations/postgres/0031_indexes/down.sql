DROP INDEX services_by_assured_on;
CREATE INDEX services_by_assured_on ON services (status, assured_on);
DROP INDEX deliveries_by_authority;
DROP INDEX purchases_by_authority;
