DROP TABLE service_days;
DROP TABLE enquiries;
