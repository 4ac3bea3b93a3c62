DROP TABLE demand_members;
DROP TABLE demand_cells;
