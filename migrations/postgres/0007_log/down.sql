DROP TABLE followers;
DROP TABLE events;
