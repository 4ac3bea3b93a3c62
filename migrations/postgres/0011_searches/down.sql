DROP TABLE wanted_support;
DROP TABLE searches;
