DROP INDEX services_by_registration;
DROP TABLE cqc_readings;
DROP TABLE cqc_locations;
