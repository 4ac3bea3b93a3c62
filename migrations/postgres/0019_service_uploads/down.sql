DROP TABLE service_upload_rows;
DROP TABLE service_uploads;
DROP TABLE provider_references;
