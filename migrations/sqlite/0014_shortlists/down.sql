DROP TABLE shortlist_entries;
DROP TABLE shortlists;
