DROP INDEX deliveries_by_authority;
DROP INDEX purchases_by_authority;
