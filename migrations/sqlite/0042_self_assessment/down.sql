DROP TABLE assessments;
DROP TABLE questionnaires;
