DROP TABLE demand_changes;
