DROP TABLE service_versions;
DROP FUNCTION keep_decided_version();
