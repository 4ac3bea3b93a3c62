DROP TABLE cost_options;
DROP TABLE service_areas;
DROP TABLE service_at_locations;
DROP TABLE locations;
DROP TABLE attributes;
DROP TABLE services;
DROP TABLE taxonomy_terms;
DROP TABLE organizations;
