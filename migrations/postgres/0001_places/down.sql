DROP TABLE wards;
DROP TABLE authorities;
