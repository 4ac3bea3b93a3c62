DROP TABLE service_ratings;
DROP TABLE reviews;
