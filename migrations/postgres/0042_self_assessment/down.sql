DROP TABLE assessments;
DROP TABLE questionnaires;
DROP FUNCTION refuse_overlap();
