DROP INDEX service_at_locations_by_location;
DROP INDEX services_by_name;
DROP TABLE source_organizations;
DROP TABLE source_records;
DROP TABLE feed_documents;
DROP TABLE feed_findings;
DROP TABLE feed_runs;
DROP TABLE feeds;
